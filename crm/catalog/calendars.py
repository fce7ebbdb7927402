"""Working time: shifts by weekday, days on which it is otherwise, and how to count in it. Pure.

No calendar is the wall clock. A shift belongs to the day on which it begins.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
_DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta()
DAYS_MAX: Final = 20_000
"""Nobody counts further: a year of minutes in the shortest week that is allowed ends before."""
WEEK_HOURS_MIN: Final = 4


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shift(_Part):
    """Work from then to then; one that ends before it begins ends on the next day."""

    begins: str = Field(pattern=_CLOCK)
    ends: str = Field(pattern=_CLOCK)


class Week(_Part):
    """The shifts of some weekdays; 1 is Monday."""

    weekdays: tuple[int, ...] = Field(min_length=1, max_length=7)
    shifts: tuple[Shift, ...] = Field(min_length=1, max_length=6)


class SpecialDays(_Part):
    """Holidays, or days on which work is made up for; without shifts nobody works."""

    label: LocalizedText
    first: date
    last: date
    shifts: tuple[Shift, ...] = Field(default=(), max_length=6)


class WorkCalendar(_Part):
    """When time counts. Of two special periods on one day, the later in the list counts."""

    label: LocalizedText
    week: tuple[Week, ...] = Field(min_length=1, max_length=7)
    specials: tuple[SpecialDays, ...] = Field(default=(), max_length=400)


def shifts_on(calendar: WorkCalendar, day: date) -> Sequence[Shift]:
    """What is worked from that day on."""
    for special in reversed(calendar.specials):
        if special.first <= day <= special.last:
            return special.shifts
    return [
        shift
        for part in calendar.week
        if day.isoweekday() in part.weekdays
        for shift in part.shifts
    ]


def spans(
    calendar: WorkCalendar, start: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Working time from ``start`` on, in order, nothing twice."""
    first, done = start.astimezone(zone).date() - _DAY, start
    for day in (first + _DAY * n for n in range(DAYS_MAX)):
        for begins, ends in sorted(
            _moments(shift, day, zone) for shift in shifts_on(calendar, day)
        ):
            if ends > done:
                yield max(begins, done), ends
                done = ends


def _moments(shift: Shift, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    following = day + _DAY if shift.ends <= shift.begins else day
    return _moment(day, shift.begins, zone), _moment(following, shift.ends, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).astimezone(UTC)


def add(
    calendar: WorkCalendar | None, start: datetime, amount: timedelta, zone: ZoneInfo
) -> datetime:
    """The moment at which so much working time has passed; the first one if there are many."""
    if calendar is None or amount <= NOTHING:
        return start + max(amount, NOTHING)
    rest, last = amount, start
    for begins, ends in spans(calendar, start, zone):
        last = ends
        if rest <= ends - begins:
            return begins + rest
        rest -= ends - begins
    return last


def measure(
    calendar: WorkCalendar | None, start: datetime, end: datetime, zone: ZoneInfo
) -> timedelta:
    """How much working time lies between; nothing when the end is before the start."""
    if end <= start:
        return NOTHING
    if calendar is None:
        return end - start
    within = takewhile(lambda span: span[0] < end, spans(calendar, start, zone))
    return sum((min(ends, end) - begins for begins, ends in within), NOTHING)


def subtract(
    calendar: WorkCalendar | None, end: datetime, amount: timedelta, zone: ZoneInfo
) -> datetime:
    """The moment from which so much working time is left until ``end``."""
    if calendar is None or amount <= NOTHING:
        return end - max(amount, NOTHING)
    days = 7
    while (there := measure(calendar, end - _DAY * days, end, zone)) < amount and days < DAYS_MAX:
        days *= 2
    return add(calendar, end - _DAY * days, there - amount, zone)


def problems(name: str, calendar: WorkCalendar) -> Iterator[Problem]:
    """Days that do not exist, weeks in which hardly anybody works, periods that end too early."""
    days = [day for part in calendar.week for day in part.weekdays]
    if any(day not in range(1, 8) for day in days):
        yield Problem("error", "weekday", name, Text("Weekdays are numbered 1 (Monday) to 7."))
    if (
        sum((_hours(shift) for part in calendar.week for shift in part.shifts), 0.0)
        < WEEK_HOURS_MIN
    ):
        words = Text("Less than four hours are worked in a week.")
        yield Problem("error", "no-hours", name, words)
    for special in calendar.specials:
        if special.last < special.first:
            words = Text("The last day is before the first.")
            yield Problem("error", "period", f"{name}/{special.first}", words)


def _hours(shift: Shift) -> float:
    day = date(2000, 1, 3)
    begins, ends = _moments(shift, day, ZoneInfo("UTC"))
    return (ends - begins).total_seconds() / 3600
