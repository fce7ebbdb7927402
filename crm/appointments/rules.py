"""When crews can be promised, to whom, and how many at once, as the company defines it. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
_CODE: Final = r"^[a-z][a-z0-9_-]{0,23}$"
PLACES_MAX: Final = 500
Taken = Mapping[tuple[date, str], int]
"""How many places are booked, by day and time."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskAtHome(_Part):
    """When the household is rung before a visit: so many days before it, at that hour."""

    days_before: int = Field(default=0, ge=0, le=7)
    at: str = Field(pattern=_CLOCK)


class Slot(_Part):
    """A part of a day in which somebody comes."""

    code: str = Field(pattern=_CODE)
    label: LocalizedText
    begins: str = Field(pattern=_CLOCK)
    ends: str = Field(pattern=_CLOCK)
    ask: AskAtHome | None = None
    """None: nobody is rung before."""


class Pool(_Part):
    """Those who come: the teams it stands for, in these areas of service; none: everywhere else."""

    code: str = Field(pattern=_CODE)
    label: LocalizedText
    teams: tuple[str, ...] = Field(min_length=1, max_length=20)
    areas: tuple[str, ...] = Field(default=(), max_length=500)
    places: Mapping[str, int] = Field(min_length=1)
    """Slot to number of places."""


class Special(_Part):
    """Days on which it is otherwise. Slots that are not named have no places."""

    first: date
    last: date
    pools: tuple[str, ...] = Field(default=(), max_length=50)
    """None named: all."""
    places: Mapping[str, int] = Field(default_factory=dict)


class AppointmentRules(_Part):
    """Times are local. The first pool that fits an order is the one that comes."""

    slots: tuple[Slot, ...] = Field(default=(), max_length=12)
    pools: tuple[Pool, ...] = Field(default=(), max_length=200)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    """1 is Monday."""
    specials: tuple[Special, ...] = Field(default=(), max_length=200)
    days_ahead: int = Field(default=14, ge=1, le=60)
    notice_min: int = Field(default=60, ge=0, le=7 * 24 * 60)
    """Booked is not later than so long before the time begins."""
    early_min: int = Field(default=30, ge=0, le=240)
    late_min: int = Field(default=15, ge=0, le=240)
    """Kept is also who comes so much before or after the time."""
    queue: str = Field(default="service", pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    """Whose agents call a customer to whom a promise was broken."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A time of a day: how many places it has, and how many are free."""

    day: date
    slot: Slot
    starts_at: datetime
    ends_at: datetime
    places: int
    free: int
    why: Literal["", "full", "late", "none"] = ""
    """Why it cannot be booked."""


def problems(body: AppointmentRules) -> Sequence[Problem]:
    """Mistakes that the shape cannot see."""
    return list(_problems(body))


def _problems(body: AppointmentRules) -> Iterator[Problem]:
    for codes in ([one.code for one in body.slots], [one.code for one in body.pools]):
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield Problem("error", "twice", code, Text("The code is used twice."))
    for slot in body.slots:
        if slot.begins >= slot.ends:
            yield Problem("error", "no-hours", slot.code, Text("The hours end before they begin."))
        if slot.ask and slot.ask.days_before == 0 and slot.ask.at >= slot.begins:
            words = Text("The household would be asked when the visit has begun.")
            yield Problem("error", "asked-late", slot.code, words)
    yield from _misnamed(body)


def _misnamed(body: AppointmentRules) -> Iterator[Problem]:
    slots, pools = {one.code for one in body.slots}, {one.code for one in body.pools}
    if not set(body.weekdays) <= set(range(1, 8)):
        yield Problem("error", "weekday", "weekdays", Text("Weekdays are 1 (Monday) to 7."))
    for where, places in [*((one.code, one.places) for one in body.pools),
                          *((f"{one.first}", one.places) for one in body.specials)]:  # fmt: skip
        if not places.keys() <= slots:
            yield Problem("error", "no-slot", where, Text("There is no such time of day."))
        if any(not 0 <= count <= PLACES_MAX for count in places.values()):
            yield Problem("error", "places", where, Text("There may be 0 to 500 places."))
    for one in body.specials:
        if not set(one.pools) <= pools or one.first > one.last:
            words = Text("There is no such pool, or the days end before they begin.")
            yield Problem("error", "special", f"{one.first}", words)


def pool_for(rules: AppointmentRules, team: str, areas: Collection[str]) -> Pool | None:
    """Who comes for an order of that team at a place in these areas."""
    for pool in rules.pools:
        if team in pool.teams and (not pool.areas or not set(pool.areas).isdisjoint(areas)):
            return pool
    return None


def slot_named(rules: AppointmentRules, code: str) -> Slot | None:
    """The time of day with that code."""
    return next((one for one in rules.slots if one.code == code), None)


def places(rules: AppointmentRules, pool: Pool, day: date, slot: str) -> int:
    """How many can be promised that time; the last special day that fits counts."""
    for one in reversed(rules.specials):
        if one.first <= day <= one.last and (not one.pools or pool.code in one.pools):
            return one.places.get(slot, 0)
    return pool.places.get(slot, 0) if day.isoweekday() in rules.weekdays else 0


def window(slot: Slot, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when."""
    return _moment(day, slot.begins, zone), _moment(day, slot.ends, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(int(clock[:2]), int(clock[3:])), zone)


def offer(
    rules: AppointmentRules, pool: Pool, day: date, slot: Slot, *, taken: int, at: datetime,
    zone: ZoneInfo,
) -> Offer:  # fmt: skip
    """One time as it stands now."""
    starts, ends = window(slot, day, zone)
    room = places(rules, pool, day, slot.code)
    last = at.astimezone(zone).date() + timedelta(days=rules.days_ahead)
    why: Literal["", "full", "late", "none"] = ""
    if starts - timedelta(minutes=rules.notice_min) < at or day > last:
        why = "late"
    elif not room:
        why = "none"
    elif taken >= room:
        why = "full"
    return Offer(day, slot, starts, ends, room, 0 if why else room - taken, why)


def calendar(
    rules: AppointmentRules, pool: Pool, taken: Taken, *, at: datetime, zone: ZoneInfo
) -> list[list[Offer]]:
    """The days that can be promised, each with its times."""
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(rules.days_ahead + 1)]
    return [
        [
            offer(rules, pool, day, slot, taken=taken.get((day, slot.code), 0), at=at, zone=zone)
            for slot in rules.slots
        ]
        for day in days
    ]


def asked_at(rules: AppointmentRules, slot: str, day: date, zone: ZoneInfo) -> datetime | None:
    """When the household is rung; None: not at all."""
    found = slot_named(rules, slot)
    if found is None or found.ask is None:
        return None
    return _moment(day - timedelta(days=found.ask.days_before), found.ask.at, zone)


def in_time(
    rules: AppointmentRules, starts_at: datetime, ends_at: datetime, arrived: datetime
) -> bool:
    """Whether who came then kept the promise."""
    early, late = timedelta(minutes=rules.early_min), timedelta(minutes=rules.late_min)
    return starts_at - early <= arrived <= ends_at + late
