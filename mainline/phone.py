"""The one place that normalises telephone numbers.

The normal form is digits only: a mainland mobile as 11 digits (``13800008000``), a landline with
its area code (``02431234567``), a foreign number as ``+`` and country code. Everything that is no
number is ``None`` with the reason why.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

_WITHHELD: Final = frozenset(
    {
        "",
        "anonymous",
        "unknown",
        "private",
        "withheld",
        "restricted",
        "unavailable",
        "asterisk",
        "s",
    }
)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"0(10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_LOCAL: Final = re.compile(r"[2-8]\d{6,7}")
_SERVICE: Final = re.compile(r"(1\d{2}|12\d{3}|1[012]\d{3,5}|95\d{3}|96\d{3,4}|[48]00\d{7})")
PUBLIC_SERVICES: Final = frozenset({"110", "119", "120", "12345"})
"""Police, fire, ambulance, the city's hotline: the short numbers that the dialplan (ml-national)
lets through. No agent has one of them."""
_SEPARATORS: Final = re.compile(r"[\s\-().·/]+")
_EXTENSION: Final = re.compile(r"(?:ext\.?|转|#|,|;|x|p|w)\s*\d{1,6}$", re.IGNORECASE)
_LONGEST: Final = 64
TAIL: Final = 4
"""So many figures at its end are how people search for a number."""


@dataclass(frozen=True, slots=True)
class Phone:
    """What a raw number came to. ``number`` is None unless ``kind`` is one of the first four."""

    number: str | None
    kind: Literal["mobile", "landline", "service", "foreign", "withheld", "nonsense"]


WITHHELD: Final = Phone(None, "withheld")
NONSENSE: Final = Phone(None, "nonsense")


def normalise(raw: str | None, *, area_code: str = "") -> Phone:
    """The normal form of a number as a caller's network, a file or a person wrote it.

    ``area_code`` completes local landlines. Never raises.
    """
    text = unicodedata.normalize("NFKC", (raw or "")[: _LONGEST + 1]).strip()
    if text.lower() in _WITHHELD:
        return WITHHELD
    if len(text) > _LONGEST or not text.isprintable():
        return NONSENSE
    text = _SEPARATORS.sub("", _EXTENSION.sub("", text))
    if not re.fullmatch(r"\+?[0-9]+", text, re.ASCII):
        return NONSENSE
    return _classify(_national(text), area_code)


def _national(text: str) -> str:
    """Without China's country code; foreign numbers keep ``+``."""
    if text.startswith("00"):
        text = "+" + text[2:]
    if text.startswith("+86"):
        return _with_trunk_zero(text[3:])
    if text.startswith("86"):
        rest = _with_trunk_zero(text[2:])
        return rest if _MOBILE.fullmatch(rest) or _LANDLINE.fullmatch(rest) else text
    return text[1:] if _MOBILE.fullmatch(text[1:]) and text[0] == "0" else text


def _with_trunk_zero(rest: str) -> str:
    """What follows the country code: with the zero before area codes, without it for mobiles."""
    bare = rest.removeprefix("0")
    return f"0{bare}" if _LANDLINE.fullmatch(f"0{bare}") else bare


def _classify(text: str, area_code: str) -> Phone:
    if text.startswith("+"):
        return Phone(text, "foreign") if re.fullmatch(r"\+[1-9]\d{6,14}", text) else NONSENSE
    if _MOBILE.fullmatch(text):
        return Phone(text, "mobile")
    if _LANDLINE.fullmatch(text):
        return Phone(text, "landline")
    if _LOCAL.fullmatch(text) and area_code and _LANDLINE.fullmatch(area_code + text):
        return Phone(area_code + text, "landline")
    if _SERVICE.fullmatch(text):
        return Phone(text, "service")
    return NONSENSE


def spellings(number: str, *, area_code: str = "") -> tuple[str, ...]:
    """The ways in which networks tell a number, its normal form first: for looking up raw numbers.

    The normal form of each is the number again.
    """
    if number.startswith("+"):
        return (number, f"00{number[1:]}")
    if not (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)):
        return (number,)
    bare = number.removeprefix("0")
    forms = [number, f"+86{bare}", f"0086{bare}", f"86{bare}"]
    if bare == number:
        forms.append(f"0{number}")
    elif area_code and number.startswith(area_code):
        forms.append(number[len(area_code) :])
    return tuple(forms)


def mask(number: str | None) -> str:
    """``138****8000``: what people without the right to see numbers see."""
    if not number:
        return ""
    if len(number) < 7:  # noqa: PLR2004 - too short to hide the middle
        return number[:1] + "*" * (len(number) - 1)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]
