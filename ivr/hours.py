"""Opening hours as a definition, and the pure rule that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mainline.text import LocalizedText

State = Literal["open", "lunch", "night", "holiday", "emergency"]
Mode = Literal["auto", "night", "holiday", "emergency"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = time(0, 0)
_LOOK_DAYS = 31
_SHUT = ("night", "holiday")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _split(value: object) -> object:
    """``08:00-17:30`` as people write it; YAML's own reading of 8:00 as a number is refused."""
    if isinstance(value, str):
        opens, _, closes = value.partition("-")
        return {"opens": opens.strip(), "closes": "00:00" if closes.strip() == "24:00" else closes}
    return value


class _Span(_Shape):
    opens: time
    closes: time

    @model_validator(mode="after")
    def _forward(self) -> _Span:
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise ValueError("closes before it opens; split the night at 24:00")
        return self

    def holds(self, at: time) -> bool:
        """Whether the moment lies in it; a span ending at 24:00 lasts to the day's end."""
        return self.opens <= at and (at < self.closes or self.closes == _MIDNIGHT)


Span = Annotated[_Span, BeforeValidator(_split)]


class Holiday(_Shape):
    """Days with other hours, usually none. Working days moved to a weekend are written so too."""

    name: LocalizedText
    first: date
    last: date
    open: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _forward(self) -> Holiday:
        if self.last < self.first:
            raise ValueError("ends before it begins")
        return self


class OpeningHours(_Shape):
    """When people are there. ``always`` for lines that never close."""

    title: LocalizedText
    always: bool = False
    week: dict[Weekday, tuple[Span, ...]] = Field(default_factory=dict)
    lunch: Span | None = None
    holidays: tuple[Holiday, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _something(self) -> OpeningHours:
        if not self.always and not self.week:
            raise ValueError("never open: give a week or always")
        return self


def state(hours: OpeningHours, at: datetime, zone: ZoneInfo, mode: Mode = "auto") -> State:
    """How the line is to be answered at that moment; the leader's hand goes before the calendar."""
    if mode != "auto":
        return mode
    if hours.always:
        return "open"
    local = at.astimezone(zone)
    return _calendar(hours, local.date(), local.time())


def opens(hours: OpeningHours, at: datetime, zone: ZoneInfo, mode: Mode = "auto") -> datetime:
    """When people are there, at that moment or after; the moment itself when no day tells."""
    if state(hours, at, zone, mode) not in _SHUT:
        return at
    return next((opening for opening in _openings(hours, at, zone) if opening > at), at)


def _openings(hours: OpeningHours, at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every opening of the days to come, the day of that moment included."""
    today = at.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(_LOOK_DAYS)):
        for span in sorted(_spans(hours, day), key=lambda one: one.opens):
            yield datetime.combine(day, span.opens, zone).astimezone(UTC)


def _calendar(hours: OpeningHours, day: date, at: time) -> State:
    if any(span.holds(at) for span in _spans(hours, day)):
        return "lunch" if hours.lunch and hours.lunch.holds(at) else "open"
    return "holiday" if _holiday(hours, day) else "night"


def _spans(hours: OpeningHours, day: date) -> tuple[Span, ...]:
    holiday = _holiday(hours, day)
    return holiday.open if holiday else hours.week.get(_WEEKDAYS[day.weekday()], ())


def _holiday(hours: OpeningHours, day: date) -> Holiday | None:
    return next((one for one in hours.holidays if one.first <= day <= one.last), None)
