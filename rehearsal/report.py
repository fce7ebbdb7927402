"""What happened, from the books; beside it what was predicted; and both as a drawing in text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.models import Interaction, MenuPassage, QueueVisit
from mainline.i18n import _
from rehearsal.arrivals import rate_at
from rehearsal.predict import IN_TIME_S, Band, Outcome, Prediction
from rehearsal.scenario import Scenario

BAR = 30
HEARD_LATE_S = 0.5
"""What is told; all of it is in the data."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a queue, as far as the report looks at it."""

    call_id: str
    entered_at: datetime
    how: str | None
    wait_s: float


@dataclass(frozen=True, slots=True)
class Step:
    """A place of a menu: how many came there, and how many hung up there."""

    menu: str
    node: str
    calls: int
    gave_up: int


@dataclass(frozen=True, slots=True)
class Late:
    """When the simulated telephones could speak again, and for how long they could not."""

    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Happened:
    """The day as it was."""

    calls: int
    outcomes: dict[str, int]
    persons: Outcome
    """Those who waited for a person."""
    by_minute: dict[int, int]
    longest_by_minute: dict[int, float]
    steps: Sequence[Step] = ()
    """Of all menus, where most came first."""
    late: Sequence[Late] = ()
    """When the machine had no time for the simulated telephones."""


async def happened(session: AsyncSession, begun: datetime) -> Happened:
    """Everything since then."""
    calls = list(
        await session.scalars(
            select(Interaction).where(Interaction.began_at >= begun, Interaction.direction == "in")
        )
    )
    visits = [
        Visit(row.call_id, row.entered_at, row.how, row.wait_s or 0.0)
        for row in await session.scalars(select(QueueVisit).where(QueueVisit.entered_at >= begun))
    ]
    longest: dict[int, float] = {}
    for visit in visits:
        minute = _minute(visit.entered_at, begun)
        longest[minute] = max(longest.get(minute, 0.0), visit.wait_s)
    return Happened(
        calls=len(calls),
        outcomes=dict(Counter(call.outcome for call in calls)),
        persons=outcome_of(visits),
        by_minute=dict(Counter(_minute(call.began_at, begun) for call in calls)),
        longest_by_minute=longest,
        steps=await _steps(session, begun),
    )


async def _steps(session: AsyncSession, begun: datetime) -> list[Step]:
    passage, calls = MenuPassage, func.count()
    rows = await session.execute(
        select(passage.menu, passage.node, calls, func.sum(cast(passage.gave_up, Integer)))
        .where(passage.at >= begun)
        .group_by(passage.menu, passage.node)
        .order_by(passage.menu, calls.desc(), passage.node)
    )
    return [Step(*row) for row in rows]


def outcome_of(visits: Iterable[Visit]) -> Outcome:
    """A call that went from queue to queue is one caller, who waited the sum."""
    waits: dict[str, float] = {}
    last: dict[str, str | None] = {}
    for visit in sorted(visits, key=lambda one: one.entered_at):
        if last.get(visit.call_id) == "answered":
            continue  # transferred after the answer: waited already
        waits[visit.call_id] = waits.get(visit.call_id, 0.0) + visit.wait_s
        last[visit.call_id] = visit.how
    answered = [waits[call] for call, how in last.items() if how == "answered"]
    return Outcome(
        offered=len(last),
        answered=len(answered),
        abandoned=sum(how == "abandoned" for how in last.values()),
        in_time=sum(wait <= IN_TIME_S for wait in answered),
        wait_s=sum(answered) / len(answered) if answered else 0.0,
    )


def _minute(at: datetime, begun: datetime) -> int:
    return int((at - begun).total_seconds() // 60)


def table(was: Happened, expected: Prediction | None) -> list[str]:
    """A line for each figure: predicted band, what happened, and whether it lies inside."""
    persons = was.persons
    offered, level, gave_up, wait = _bands(expected)
    rows = [
        (_("wanted a person"), persons.offered, offered, False),
        (_("answered in time"), persons.service_level, level, True),
        (_("gave up"), persons.abandon_rate, gave_up, True),
        (_("mean wait, s"), persons.wait_s, wait, False),
    ]
    lines = [_line(*row) for row in rows]
    ends = ", ".join(f"{how} {count}" for how, count in sorted(was.outcomes.items()))
    return [_("%(calls)s calls: %(ends)s", calls=was.calls, ends=ends), *lines]


def _bands(expected: Prediction | None) -> tuple[Band | None, ...]:
    if expected is None:
        return (None,) * 4
    return expected.offered, expected.service_level, expected.abandon_rate, expected.wait_s


def _line(name: str, value: float, band: Band | None, share: bool) -> str:
    def told(number: float) -> str:
        return f"{number:.0%}" if share else f"{number:.0f}"

    words = f"  {told(value):>6}  {name}"
    if band is None:
        return words
    limits = f"{told(band.low)} … {told(band.high)}"
    verdict = _("as predicted") if band.holds(value) else _("not as predicted")
    return f"{words}  ({_('predicted')} {limits}: {verdict})"


def steps(was: Happened) -> list[str]:
    """How far callers came in each menu, and where they gave up."""
    lines = []
    for menu, found in groupby(was.steps, key=lambda step: step.menu):
        told = [
            f"{step.node} {step.calls}"
            + (f" ({_('%(count)s hung up', count=step.gave_up)})" if step.gave_up else "")
            for step in found
        ]
        lines.append(_("menu %(name)s: %(steps)s", name=menu, steps=", ".join(told)))
    return lines


def lateness(was: Happened) -> list[str]:
    """A line when this machine was too busy to speak for everybody, nothing otherwise."""
    longest = max((late.seconds for late in was.late), default=0.0)
    if longest < HEARD_LATE_S:
        return []
    return [
        _(
            "This machine was too busy: telephones spoke up to %(seconds).1f s late. "
            "Recordings may be that much longer, answers that much later.",
            seconds=longest,
        )
    ]


def plot(was: Happened, scenario: Scenario) -> list[str]:
    """Minute by minute: who called, how many were expected, the longest wait."""
    minutes = range(max([int(scenario.minutes), *was.by_minute]) + 1)
    most = max([1, *was.by_minute.values()])
    head = _("minute  calls (expected), longest wait")
    return [head, *(_bar(minute, was, scenario, most) for minute in minutes)]


def _bar(minute: int, was: Happened, scenario: Scenario, most: int) -> str:
    calls = was.by_minute.get(minute, 0)
    bar = "▇" * round(BAR * calls / most)
    due = rate_at(scenario, min(minute + 0.5, scenario.minutes)) if minute < scenario.minutes else 0
    longest = was.longest_by_minute.get(minute, 0.0)
    return f"{minute:6}  {bar:<{BAR}} {calls:3} ({due:.0f})  {longest:4.0f} s"


def as_data(was: Happened, expected: Prediction | None, scenario: Scenario) -> dict[str, object]:
    """The same for programs."""
    persons = was.persons
    figures: dict[str, object] = {
        "offered": persons.offered,
        "answered": persons.answered,
        "abandoned": persons.abandoned,
        "service_level": persons.service_level,
        "abandon_rate": persons.abandon_rate,
        "mean_wait_s": persons.wait_s,
    }
    told: dict[str, object] = {
        "scenario": scenario.title.to("en"),
        "calls": was.calls,
        "outcomes": was.outcomes,
        "persons": figures,
        "steps": {f"{step.menu}/{step.node}": step.calls for step in was.steps},
        "late": [{"until": one.until.isoformat(), "seconds": one.seconds} for one in was.late],
        "by_minute": [was.by_minute.get(m, 0) for m in range(int(scenario.minutes) + 1)],
    }
    if expected is not None:
        bands: Sequence[str] = ("offered", "service_level", "abandon_rate", "wait_s")
        told["predicted"] = {
            name: [getattr(expected, name).low, getattr(expected, name).high] for name in bands
        }
    return told
