"""When we may call people by ourselves, how many at once, and how often. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text

Outcome = Literal["answered", "machine", "busy", "no_answer", "failed", "unknown"]
_CLOCK: Final = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_WEEKEND: Final = 5
_DAYS_MAX: Final = 400


class Holiday(BaseModel):
    """Days on which nobody is called, and which are no working days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date


class OutboundRules(BaseModel):
    """How the company calls people who have not asked for it. Times are its local time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: str = Field(default="09:00", pattern=_CLOCK)
    ends: str = Field(default="20:00", pattern=_CLOCK)
    weekends: bool = True
    holidays: tuple[Holiday, ...] = Field(default=(), max_length=100)
    attempts_max: int = Field(default=3, ge=1, le=10)
    pauses_min: tuple[int, ...] = Field(default=(60, 240), min_length=1, max_length=10)
    """Before each further attempt; the last one holds for all that follow."""
    calls_max: int = Field(default=5, ge=1, le=200)
    """Automatic calls at once."""
    per_minute: int = Field(default=20, ge=1, le=600)
    lines: int = Field(default=30, ge=1, le=1000)
    """Lines of the trunk; callers of ours go before calls of ours."""
    lines_kept: int = Field(default=10, ge=0, le=1000)
    """Of these, so many are left for people who call us."""
    ring_s: int = Field(default=30, ge=10, le=90)
    detect_machine: bool = False
    """Listen for answering machines: costs each person a moment of silence."""
    visit_days: int = Field(default=2, ge=1, le=30)
    """Working days within which a complaint's customer is called."""
    held_h: int = Field(default=24, ge=1, le=168)
    """Whoever is not to be reminded now is looked at again after so long."""
    lease_min: int = Field(default=15, ge=1, le=240)
    """So long a task stays with the agent who took it."""
    leaks: tuple[str, ...] = ("leak",)
    complaints: tuple[str, ...] = ("complaint",)
    disputes: tuple[str, ...] = ("bill_dispute",)
    """Types of work orders while which nobody is reminded of money: these, and all emergencies."""


def problems(body: OutboundRules) -> Sequence[Problem]:
    """Mistakes that the shape cannot see."""
    return list(_problems(body))


def _problems(body: OutboundRules) -> Iterator[Problem]:
    if body.begins >= body.ends:
        yield Problem("error", "no-hours", "ends", Text("The hours end before they begin."))
    if list(body.pauses_min) != sorted(body.pauses_min) or body.pauses_min[0] < 1:
        words = Text("The pauses must be at least a minute and never grow shorter.")
        yield Problem("error", "pauses", "pauses_min", words)
    if body.lines_kept >= body.lines:
        words = Text("No line would be left to call on.")
        yield Problem("error", "no-lines", "lines_kept", words)


def is_holiday(rules: OutboundRules, day: date) -> bool:
    """Whether it is one of the company's free days."""
    return any(one.first <= day <= one.last for one in rules.holidays)


def permitted(rules: OutboundRules, at: datetime, zone: ZoneInfo) -> bool:
    """Whether people may be called at that moment."""
    local = at.astimezone(zone)
    if is_holiday(rules, local.date()) or (not rules.weekends and local.weekday() >= _WEEKEND):
        return False
    return _minutes(rules.begins) <= local.hour * 60 + local.minute < _minutes(rules.ends)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """That time of that day; 24:00 is the next day's midnight."""
    days, minutes = divmod(_minutes(clock), 24 * 60)
    on = day + timedelta(days=days)
    return datetime.combine(on, time(minutes // 60, minutes % 60), zone)


def next_permitted(rules: OutboundRules, at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from then on at which people may be called."""
    if permitted(rules, at, zone):
        return at
    local = at.astimezone(zone)
    for days in range(_DAYS_MAX):
        day = local.date() + timedelta(days=days)
        opens = _at(day, rules.begins, zone)
        if opens >= at and permitted(rules, opens, zone):
            return opens.astimezone(at.tzinfo)
    return at + timedelta(days=_DAYS_MAX)


def working_days_later(rules: OutboundRules, at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The end of the calling hours of the ``days``-th working day after that one."""
    day = at.astimezone(zone).date()
    left = days
    for _ in range(_DAYS_MAX):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= day.weekday() < _WEEKEND and not is_holiday(rules, day)
    return _at(day, rules.ends, zone).astimezone(at.tzinfo)


def next_attempt(rules: OutboundRules, attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    if attempts >= rules.attempts_max:
        return None
    pause = rules.pauses_min[min(max(attempts, 1), len(rules.pauses_min)) - 1]
    return at + timedelta(minutes=pause)


@dataclass(frozen=True, slots=True)
class Load:
    """What is going on as the next calls are chosen."""

    under_way: int
    """Automatic calls that are up."""
    last_minute: int
    """Automatic calls begun within the last minute."""
    lines_busy: int
    """Calls on the trunk, of whatever kind."""


def may_dial(rules: OutboundRules, load: Load) -> int:
    """How many calls may be begun now."""
    return max(
        0,
        min(
            rules.calls_max - load.under_way,
            rules.per_minute - load.last_minute,
            rules.lines - rules.lines_kept - load.lines_busy,
        ),
    )


_STATUS: Final[dict[str, Outcome]] = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "no_answer",
    "CHANUNAVAIL": "failed",
    "CONGESTION": "failed",
}


def outcome(*, reached: str, status: str) -> Outcome:
    """What an attempt that is over came to; ``status`` is the word of the telephone system."""
    if reached:
        return "machine" if reached == "machine" else "answered"
    return _STATUS.get(status, "no_answer")
