"""Fields that a reason or a work-order type asks for. Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainline.errors import Invalid
from mainline.i18n import Text
from mainline.text import LocalizedText

TEXT_CHARS_MAX: Final = 2000


class Option(BaseModel):
    """One of the values of a choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    label: LocalizedText


class FormField(BaseModel):
    """Something to be filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    label: LocalizedText
    type: Literal["text", "number", "date", "choice", "yes_no"] = "text"
    required: bool = False
    options: tuple[Option, ...] = Field(default=(), max_length=40)
    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _choices_have_options(self) -> "FormField":
        if (self.type == "choice") != bool(self.options):
            raise ValueError("a choice needs options, and only a choice")
        return self


class FieldRefused(Invalid):
    """A field is missing or wrong."""

    code: ClassVar[str] = "field-refused"
    words = Text("Please check the field %(field)s.")

    def __init__(self, field: FormField) -> None:
        super().__init__(field.name, field=f"{field.label.zh} {field.label.en}")
        self.name = field.name


def checked(fields: Sequence[FormField], values: Mapping[str, object]) -> dict[str, Any]:
    """The values that the fields ask for, in their types; others are dropped."""
    found: dict[str, Any] = {}
    for field in fields:
        raw = values.get(field.name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if field.required:
                raise FieldRefused(field)
            continue
        found[field.name] = _value(field, raw)
    return found


def _value(field: FormField, raw: object) -> object:
    try:
        match field.type:
            case "number":
                return _number(field, raw)
            case "date":
                return date.fromisoformat(str(raw)).isoformat()
            case "choice":
                return {option.value: option.value for option in field.options}[str(raw)]
            case "yes_no":
                return {"true": True, "yes": True, "on": True, "false": False, "no": False}[
                    str(raw).lower()
                ]
            case _:
                return str(raw).strip()[:TEXT_CHARS_MAX]
    except (ValueError, KeyError, ArithmeticError) as error:
        raise FieldRefused(field) from error


def _number(field: FormField, raw: object) -> float | int:
    number = float(str(raw))
    least = -math.inf if field.least is None else field.least
    most = math.inf if field.most is None else field.most
    if not math.isfinite(number) or not least <= number <= most:
        raise ValueError(field.name)
    return int(number) if number.is_integer() else number
