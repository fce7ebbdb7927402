"""When a customer may be called back, how often, and whose turn it is. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.phone import normalise

Source = Literal[
    "queue", "menu", "agent", "message", "campaign", "outage", "appointment", "promise"
]
"""Where somebody asks for it, or because of what."""
_CLOCK: Final = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_ORDINARY: Final = re.compile(
    "1[345789][0-9]{9}|16[2567][0-9]{8}"
    "|010[2-8][0-9]{7}|02[0-9][2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}"
)
"""Mobiles without the premium ranges; landlines with their area codes."""


class CallbackRules(BaseModel):
    """How the company calls back. Times are its local time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: str = Field(default="08:00", pattern=_CLOCK)
    ends: str = Field(default="20:00", pattern=_CLOCK)
    """``24:00`` is midnight."""
    attempts_max: int = Field(default=3, ge=1, le=10)
    pauses_min: tuple[int, ...] = Field(default=(5, 15, 45), min_length=1, max_length=10)
    """Before each further attempt; the last one holds for all that follow."""
    keep_h: int = Field(default=24, ge=1, le=168)
    """After so long from when it was due, nobody waits for it any more."""
    open_max: int = Field(default=200, ge=1, le=5000)
    """So many may be open for one queue; whoever asks then is told that it is not possible. Who was
    promised something in vain is called all the same."""


def problems(body: CallbackRules) -> Sequence[Problem]:
    """Mistakes that the shape cannot see."""
    return list(_problems(body))


def _problems(body: CallbackRules) -> Iterator[Problem]:
    if body.begins >= body.ends:
        yield Problem("error", "no-hours", "ends", Text("The hours end before they begin."))
    elif _shut(body) >= timedelta(hours=body.keep_h):
        words = Text("A call-back asked for in the evening would expire before the morning.")
        yield Problem("error", "expires-overnight", "keep_h", words)
    if list(body.pauses_min) != sorted(body.pauses_min) or body.pauses_min[0] < 1:
        words = Text("The pauses must be at least a minute and never grow shorter.")
        yield Problem("error", "pauses", "pauses_min", words)


def _shut(body: CallbackRules) -> timedelta:
    return timedelta(days=1, minutes=_minute(body.begins) - _minute(body.ends))


def _minute(clock: str) -> int:
    """Of the day."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def ordinary(number: str) -> bool:
    """Whether it is an ordinary national number: the dialplan (ml-national) calls no others."""
    return _ORDINARY.fullmatch(number) is not None


def same_number(number: str, raw: str) -> bool:
    """Whether a network's spelling means that number, which may be local without its area code."""
    if normalise(raw).number == number:
        return True
    local = raw.isascii() and raw.isdecimal() and len(raw) in {7, 8} and raw[0] in "2345678"
    return local and number.startswith("0") and number.endswith(raw)


def within_hours(rules: CallbackRules, at: datetime, zone: ZoneInfo) -> bool:
    """Whether customers may be called at that moment."""
    local = at.astimezone(zone)
    return _minute(rules.begins) <= local.hour * 60 + local.minute < _minute(rules.ends)


def callable_from(rules: CallbackRules, at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, from that one on, at which customers may be called."""
    if within_hours(rules, at, zone):
        return at
    local, begins = at.astimezone(zone), _minute(rules.begins)
    day = local.date() + timedelta(days=local.hour * 60 + local.minute >= begins)
    return datetime.combine(day, time(*divmod(begins, 60)), zone).astimezone(UTC)


def next_attempt(rules: CallbackRules, attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    if attempts >= rules.attempts_max:
        return None
    pause = rules.pauses_min[min(max(attempts, 1), len(rules.pauses_min)) - 1]
    return at + timedelta(minutes=pause)


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a queue, really or by a promise: the highest priority first, then the longest."""

    priority: int
    since: datetime
    callback: int | None = None

    @property
    def order(self) -> tuple[int, datetime, bool]:
        """What the waiting are sorted by; who is on the line goes before who is not."""
        return (-self.priority, self.since, self.callback is not None)


@dataclass(frozen=True, slots=True)
class Free:
    """An agent who could take a call now; the lowest penalty first, then the longest rested."""

    agent: str
    penalty: int = 0
    rested_s: float = 0.0


def turns(
    waiting: Iterable[Place], promised: Iterable[Place], free: Iterable[Free], *, rung: int = 0
) -> list[tuple[int, Free]]:
    """The call-backs whose turn it is, each with the agent who is kept free for it.

    Everybody ahead takes one of the free agents; callers on the line are rung by the telephone
    system itself, so the agents it would choose first are theirs. For the first ``rung`` of them
    an agent's telephone rings already.
    """
    agents = sorted(free, key=lambda one: (one.penalty, -one.rested_s, one.agent))
    callers = sorted(waiting, key=lambda place: place.order)[rung:]
    line = sorted([*callers, *promised], key=lambda place: place.order)
    pairs = zip(line, agents, strict=False)
    return [(place.callback, agent) for place, agent in pairs if place.callback is not None]
