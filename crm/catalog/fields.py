"""Fields that a reason or a work-order type asks for, and the one check of what is filled in. Pure.

``checked`` is used by the desk, the API and the page in the field alike. What it returns is what is
kept: ``text`` and ``choice`` a string, ``number`` an int or float, ``date`` ``2026-11-23``,
``yes_no`` a bool, ``photo`` a list of file names, ``signature`` a file name (or ``paper``),
``measurement`` an object (see ``measuring``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm.catalog import measuring
from crm.catalog.measuring import Bounds, Method, NotMeasured
from mainline.errors import Invalid
from mainline.i18n import Text
from mainline.text import LocalizedText

TEXT_CHARS_MAX: Final = 2000
PHOTOS_MAX: Final = 12
OPENING: Final = "open"
"""A field of this moment is asked when the order is opened."""
FieldType = Literal[
    "text", "number", "date", "choice", "yes_no", "photo", "signature", "measurement"
]
IN_THE_FIELD: Final = frozenset({"photo", "signature", "measurement"})
"""What can only be taken where the work is done."""
_YES_NO: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False}


class Option(BaseModel):
    """One of the values of a choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str = Field(pattern=measuring.NAME)
    label: LocalizedText


class When(BaseModel):
    """What another field has to say: one of these values, or a number below or above."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(pattern=measuring.NAME)
    values: tuple[str, ...] = Field(default=(), max_length=40)
    """``yes`` and ``no`` for a yes-no field."""
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if not self.values and self.below is None and self.above is None:
            raise ValueError("a condition needs values, below or above")
        return self

    def holds(self, filled: Mapping[str, Any]) -> bool:
        """Whether it is so; never while the other field is empty."""
        value = filled.get(self.field)
        if isinstance(value, Mapping):
            value = value.get("value")
        if value is None:
            return False
        if self.values:
            told = ("yes" if value else "no") if isinstance(value, bool) else value
            return told in self.values
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.below is None or value < self.below) and (
            self.above is None or value > self.above
        )


class FormField(BaseModel):
    """Something to be filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=measuring.NAME)
    label: LocalizedText
    type: FieldType = "text"
    at: str = Field(default=OPENING, pattern=measuring.NAME)
    """When it is asked: at the opening, or with this action of the order's flow."""
    required: bool = False
    required_when: When | None = None
    options: tuple[Option, ...] = Field(default=(), max_length=40)
    dictionary: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,31})?$")
    """The list of the definition from which the options of a choice come."""
    unit: str = Field(default="", max_length=16)
    least: float | None = None
    most: float | None = None
    """Of a number or measurement; of photos, how many."""
    good_least: float | None = None
    good_most: float | None = None
    """What a measurement should be; outside it is kept and counts as not good."""
    method: Method | None = None

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> "FormField":
        if (self.type == "choice") != bool(self.options or self.dictionary):
            raise ValueError("a choice needs options or a dictionary, and only a choice")
        if self.method is not None and self.type != "measurement":
            raise ValueError("only a measurement has a method")
        if self.unit and self.type not in {"number", "measurement"}:
            raise ValueError("only a number or measurement has a unit")
        return self

    @property
    def bounds(self) -> Bounds:
        """What its number may be."""
        return Bounds(least=self.least, most=self.most, unit=self.unit)

    def is_required(self, filled: Mapping[str, Any]) -> bool:
        """Whether it must be filled in, as far as the others are."""
        return self.required or (
            self.required_when is not None and self.required_when.holds(filled)
        )

    def is_good(self, kept: Any) -> bool:
        """Whether a measurement or number that is kept is what it should be."""
        value = kept["value"] if isinstance(kept, Mapping) else kept
        return Bounds(least=self.good_least, most=self.good_most).holds(float(value))


class FieldRefused(Invalid):
    """A field is missing or wrong."""

    code: ClassVar[str] = "field-refused"
    words = Text("Please check the field %(field)s.")

    def __init__(self, field: FormField, what: str | LocalizedText = "") -> None:
        super().__init__(field.name, field=field.label, what=what)
        self.name = field.name


class FieldMissing(FieldRefused):
    """It has to be filled in."""

    words = Text("Please fill in the field %(field)s.")


class FieldOutside(FieldRefused):
    """Not within its limits, or not measured as it has to be."""

    words = Text("The field %(field)s must satisfy: %(what)s")


def asked_at(fields: Iterable[FormField], moment: str = OPENING) -> tuple[FormField, ...]:
    """The fields that are asked at the opening, or with an action."""
    return tuple(field for field in fields if field.at == moment)


def checked(
    fields: Sequence[FormField],
    values: Mapping[str, object],
    *,
    known: Mapping[str, Any] | None = None,
    files: Collection[str] | None = None,
    zone: ZoneInfo | None = None,
) -> dict[str, Any]:
    """The values that the fields ask for, in their types; others are dropped.

    ``known``: what was filled in before. ``files``: those that exist; None: not looked at.
    ``zone``: the company's clock, for hours of measuring.
    """
    found = {
        field.name: _value(field, values[field.name], files, zone)
        for field in fields
        if not _is_empty(values.get(field.name))
    }
    filled = {**(known or {}), **found}
    for field in fields:
        if field.name not in filled and field.is_required(filled):
            raise FieldMissing(field)
    return found


def _is_empty(raw: object) -> bool:
    if isinstance(raw, Mapping):
        return all(_is_empty(each) for each in raw.values())
    return raw is None or raw == [] or (isinstance(raw, str) and not raw.strip())


def _value(
    field: FormField, raw: object, files: Collection[str] | None, zone: ZoneInfo | None
) -> object:
    try:
        match field.type:
            case "photo":
                return _photos(field, raw, files)
            case "signature":
                return measuring.file(raw, files)
            case "measurement":
                method = field.method or Method()
                return measuring.measured(method, field.bounds, raw, files=files, zone=zone)
            case _:
                return _plain(field, raw)
    except NotMeasured as error:
        raise FieldOutside(field, error.what) from error
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise FieldRefused(field) from error


def _plain(field: FormField, raw: object) -> object:
    if isinstance(raw, Mapping | list):
        raise TypeError(field.name)
    match field.type:
        case "number":
            return measuring.within(field.bounds, raw)
        case "date":
            return date.fromisoformat(str(raw)).isoformat()
        case "choice":
            return {option.value: option.value for option in field.options}[str(raw)]
        case "yes_no":
            return _YES_NO[str(raw).lower()]
        case _:
            return str(raw).strip()[:TEXT_CHARS_MAX]


def _photos(field: FormField, raw: object, files: Collection[str] | None) -> list[str]:
    given = list(raw) if isinstance(raw, list | tuple) else [raw]
    wanted = Bounds(least=field.least or 1, most=min(field.most or PHOTOS_MAX, PHOTOS_MAX))
    if not wanted.holds(len(given)):
        raise NotMeasured(wanted.words())
    return [measuring.file(each, files) for each in given]


def nested(flat: Mapping[str, object], prefix: str) -> dict[str, Any]:
    """``f.t.conditions.height_m=1.5`` of a form as nested values, those below ``prefix``."""
    found: dict[str, Any] = {}
    for key, value in flat.items():
        first, *rest = key.split(".")
        if first != prefix or not rest:
            continue
        place = found
        for part in rest[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Invalid(key)
        place[rest[-1]] = value
    return found
