"""What was filled in, in words, as pages and printed forms show it."""

from collections.abc import Mapping
from typing import Any

from crm.catalog.fields import FormField
from crm.catalog.measuring import PAPER, Method
from mainline.i18n import Locale, Text

_YES, _NO = Text("Yes"), Text("No")
_SIGNED, _ON_PAPER = Text("signed"), Text("signed on paper")
_PHOTOS, _NOT_GOOD = Text("%(count)s photos"), Text("not as it should be")


def in_words(field: FormField, value: Any, locale: Locale) -> str:
    """The value in the reader's language, with its unit."""
    match field.type:
        case "choice":
            labels = {option.value: option.label.to(locale) for option in field.options}
            return labels.get(value, str(value))
        case "yes_no":
            return (_YES if value else _NO).to(locale)
        case "photo":
            return _PHOTOS.to(locale, count=len(value))
        case "signature":
            return _signed(value, locale)
        case "measurement":
            return _measured(field, value, locale)
        case _:
            return f"{value} {field.unit}".strip()


def _signed(value: str, locale: Locale) -> str:
    return (_ON_PAPER if value == PAPER else _SIGNED).to(locale)


def _measured(field: FormField, value: Mapping[str, Any], locale: Locale) -> str:
    method = field.method or Method()
    told = [f"{value['value']:g} {field.unit}".strip()]
    if not field.is_good(value):
        told[0] += f" ({_NOT_GOOD.to(locale)})"
    told += [one.label.to(locale) for one in method.instead if one.value == value.get("instead")]
    told += [value["at"][:16].replace("T", " ")] if "at" in value else []
    conditions, signed = value.get("conditions", {}), value.get("signed", {})
    told += [
        f"{one.label.to(locale)} {conditions[one.name]:g} {one.unit}".strip()
        for one in method.conditions
        if one.name in conditions
    ]
    told += [
        f"{one.label.to(locale)}: {_signed(signed[one.name], locale)}"
        for one in method.signed_by
        if one.name in signed
    ]
    return ", ".join(told)
