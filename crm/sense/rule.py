"""When calls from an area are more than chance. Pure.

An area's normal is learned from its own past at that hour. On a day when everybody calls more, the
other areas say how much more is normal today.
"""

import math
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

HOURS_A_DAY: Final = 24
PER_HOMES: Final = 1000
CLASSES_MAX: Final = 20
STANDS_OUT: Final = 2
"""Times as busy as the middling area."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FaultClass(_Part):
    """Calls that would have one cause: no heating, a leak."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,23}$")
    label: LocalizedText
    nodes: tuple[str, ...] = ()
    """Menu nodes that such callers come to."""
    orders: tuple[str, ...] = ()
    """Types of the work orders that they report."""
    reasons: tuple[str, ...] = ()
    """What agents note as the reason."""
    parent_order: str | None = None
    """Type of the work order for the outage as a whole."""
    text: LocalizedText
    """What callers hear once it is confirmed; ``{area}`` is the area's name."""


class SenseRule(_Part):
    """How an outage is suspected."""

    classes: tuple[FaultClass, ...] = Field(default=(), max_length=CLASSES_MAX)
    window_minutes: int = Field(default=15, ge=2, le=120)
    callers_min: int = Field(default=4, ge=2, le=100)
    """Different customers; fewer never raise a suspicion."""
    chance: float = Field(default=1e-6, gt=0, lt=0.1)
    """A count is unusual when chance alone reaches it less often than this."""
    usual_a_day: float = Field(default=1.5, gt=0, le=1000)
    """Such calls a day from a thousand homes: what is believed before anything is learned."""
    belief_days: float = Field(default=3, gt=0, le=60)
    """So many days of learning weigh as much as that belief."""
    history_days: int = Field(default=28, ge=1, le=180)
    quiet_minutes: int = Field(default=45, ge=5, le=720)
    """A suspicion nobody confirmed ends when no such call came for so long."""
    rejected_minutes: int = Field(default=60, ge=0, le=1440)
    """After a leader's no, the same is not suspected again for so long."""

    def named(self, code: str) -> FaultClass | None:
        """The class of that code; None when the company has dropped it."""
        return next((one for one in self.classes if one.code == code), None)


def problems(rule: SenseRule) -> Sequence[Problem]:
    """Codes used twice, and what would belong to two classes at once."""
    found: list[Problem] = []
    for field in ("code", "nodes", "orders", "reasons"):
        seen: set[str] = set()
        for one in rule.classes:
            named = (one.code,) if field == "code" else getattr(one, field)
            found += [
                Problem("error", "twice", f"{one.code}/{name}", Text("It stands in two classes."))
                for name in set(named) & seen
            ]
            seen |= set(named)
    return found


def normal(
    rule: SenseRule, *, callers: int, learned_days: float, hours: int, premises: int
) -> float:
    """Expected callers in a window.

    ``callers`` came in the past, on ``learned_days`` days, in ``hours`` hours of each.
    """
    window_h = rule.window_minutes / 60
    believed = rule.usual_a_day * max(premises, 1) / PER_HOMES / HOURS_A_DAY
    weight_h = rule.belief_days * hours
    rate = (callers + believed * weight_h) / (max(learned_days, 0.0) * hours + weight_h)
    return rate * window_h


def surge(rule: SenseRule, own_premises: int, elsewhere: Sequence[tuple[int, int]]) -> float:
    """Callers this area may have today if nothing is wrong here but all the town calls.

    ``elsewhere``: callers and premises of each other area. An area that stands out counts only as
    far as the middling ones are busy, so that several outages at once do not hide one another. Few
    callers are a weak measure: one standard deviation is given on top.
    """
    busy = [(callers, premises) for callers, premises in elsewhere if premises > 0]
    rates = sorted(callers / premises for callers, premises in busy)
    if not rates:
        return 0.0
    middling = rates[(len(rates) - 1) // 2]
    counted = sum(
        min(callers, max(rule.callers_min - 1, STANDS_OUT * middling * premises))
        for callers, premises in busy
    )
    premises_elsewhere = sum(premises for _, premises in busy)
    return (counted + math.sqrt(counted)) * own_premises / premises_elsewhere


def unusual(rule: SenseRule, callers: int, expected: float) -> bool:
    """Whether so many callers are more than chance."""
    return callers >= rule.callers_min and chance_of(callers, expected) < rule.chance


def chance_of(callers: int, expected: float) -> float:
    """How often at least so many come when ``expected`` are normal (Poisson)."""
    if callers <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if callers <= expected:
        return 1.0
    term = math.exp(-expected + callers * math.log(expected) - math.lgamma(callers + 1))
    total, k = 0.0, callers
    while term > total * 1e-12 and term > 0.0:
        total += term
        k += 1
        term *= expected / k
    return min(total, 1.0)
