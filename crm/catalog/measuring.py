"""How something is measured so that it counts: conditions, hours, who signs. Pure.

A measurement as it is sent and kept: ``{"value": 17.5, "at": "2026-11-23T09:10+08:00",
"conditions": {"windows_shut_min": 35}, "signed": {"customer": "a file", "worker": "a file"}}``.
Where nothing could be measured, ``{"instead": "refused"}``; kept with the value that counts then.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mainline.text import LocalizedText

NAME: Final = r"^[a-z][a-z0-9_]{0,31}$"
CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
PAPER: Final = "paper"
"""In place of a file: it was signed on paper."""
_FILE: Final = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bounds(_Part):
    """From the least to the most; what is left out is open."""

    least: float | None = None
    most: float | None = None
    unit: str = Field(default="", max_length=16)

    def holds(self, number: float) -> bool:
        """Whether it lies within."""
        return not (
            (self.least is not None and number < self.least)
            or (self.most is not None and number > self.most)
        )

    def words(self) -> str:
        """Such as ``≥ 30 min``: the same in every language."""
        match self.least, self.most:
            case None, None:
                told = ""
            case least, None:
                told = f"≥ {least:g}"
            case None, most:
                told = f"≤ {most:g}"
            case least, most:
                told = f"{least:g} – {most:g}"
        return f"{told} {self.unit}".strip()


class MethodCondition(Bounds):
    """What has to be so while it is measured, as a number."""

    name: str = Field(pattern=NAME)
    label: LocalizedText


class Hours(_Part):
    """Between these times of the day."""

    begins: str = Field(pattern=CLOCK)
    ends: str = Field(pattern=CLOCK)

    def hold(self, clock: str) -> bool:
        """Whether a time such as ``09:10`` lies within; over midnight when it ends earlier."""
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


class Instead(_Part):
    """Why nothing was measured, and the value that counts then."""

    value: str = Field(pattern=NAME)
    label: LocalizedText
    counts: float


class Signer(_Part):
    """Who confirms the measurement."""

    name: str = Field(pattern=NAME)
    label: LocalizedText


class Method(_Part):
    """The rules of one kind of measurement."""

    words: LocalizedText | None = None
    conditions: tuple[MethodCondition, ...] = Field(default=(), max_length=10)
    hours: tuple[Hours, ...] = Field(default=(), max_length=6)
    signed_by: tuple[Signer, ...] = Field(default=(), max_length=4)
    instead: tuple[Instead, ...] = Field(default=(), max_length=6)


class NotMeasured(ValueError):
    """Measured otherwise than it has to be: ``what`` tells the rule or names its part."""

    def __init__(self, what: str | LocalizedText) -> None:
        super().__init__(what)
        self.what = what


def measured(
    method: Method,
    bounds: Bounds,
    raw: object,
    *,
    files: Collection[str] | None = None,
    zone: ZoneInfo | None = None,
) -> dict[str, Any]:
    """The measurement as it is kept; NotMeasured or ValueError when it does not count."""
    given = raw if isinstance(raw, Mapping) else {"value": raw}
    if given.get("instead"):
        return _instead(method, str(given["instead"]))
    kept: dict[str, Any] = {"value": within(bounds, given.get("value"))}
    if method.hours or given.get("at"):
        kept["at"] = _moment(method, str(given.get("at", "")), zone)
    conditions = _mapping(given.get("conditions"))
    if method.conditions:
        kept["conditions"] = {
            one.name: _condition(one, conditions.get(one.name)) for one in method.conditions
        }
    signed = _mapping(given.get("signed"))
    if method.signed_by:
        kept["signed"] = {
            one.name: _signature(one, signed.get(one.name), files) for one in method.signed_by
        }
    return kept


def within(bounds: Bounds, raw: object) -> float | int:
    """A number of these bounds; ValueError when it is none."""
    number = float(str(raw))
    if not abs(number) < float("inf"):
        raise ValueError("not a number")
    if not bounds.holds(number):
        raise NotMeasured(bounds.words())
    return int(number) if number.is_integer() else number


def file(raw: object, files: Collection[str] | None = None) -> str:
    """The name of a file that exists, or PAPER; ValueError otherwise."""
    name = raw if isinstance(raw, str) else ""
    if not _FILE.match(name) or (files is not None and name != PAPER and name not in files):
        raise ValueError("no such file")
    return name


def _instead(method: Method, why: str) -> dict[str, Any]:
    found = next((one for one in method.instead if one.value == why), None)
    if found is None:
        raise ValueError("unknown reason")
    return {"value": found.counts, "instead": why}


def _moment(method: Method, raw: str, zone: ZoneInfo | None) -> str:
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None and zone is None:
        raise ValueError("the time has no offset")
    local = (
        moment.astimezone(zone or moment.tzinfo) if moment.tzinfo else moment.replace(tzinfo=zone)
    )
    clock = f"{local:%H:%M}"
    if method.hours and not any(hours.hold(clock) for hours in method.hours):
        raise NotMeasured(", ".join(f"{each.begins}–{each.ends}" for each in method.hours))
    return local.isoformat(timespec="minutes")


def _condition(condition: MethodCondition, raw: object) -> float | int:
    try:
        return within(condition, raw)
    except ValueError as error:
        label, rule = condition.label, condition.words()
        told = LocalizedText(zh=f"{label.zh} {rule}", en=f"{label.en} {rule}")
        raise NotMeasured(told) from error


def _signature(signer: Signer, raw: object, files: Collection[str] | None) -> str:
    try:
        return file(raw, files)
    except ValueError as error:
        raise NotMeasured(signer.label) from error


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, Mapping) else {}
