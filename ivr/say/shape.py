"""What values are made of, whatever the language: groups of digits, units, parts of a duration."""

from __future__ import annotations

import re
from typing import Final, Literal

Unit = Literal["m3", "t", "kwh", "gj", "m2", "celsius"]
"""What is measured: cubic metres, tonnes, kilowatt hours, gigajoules, square metres, degrees."""

GROUP: Final = 4
_TIMES: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_MOBILE: Final = re.compile(r"(1[3-9]\d)(\d{4})(\d{4})")
_LANDLINE: Final = re.compile(r"(010|02\d|0[3-9]\d\d)(\d{3,4})(\d{4})")
_FREE: Final = re.compile(r"([48]00)(\d{3})(\d{4})")


def groups(text: str, sizes: list[int] | None = None) -> list[str]:
    """Cut in pieces of these sizes; without sizes in fours, a short number whole."""
    if sizes is None:
        sizes = [GROUP] * (len(text) // GROUP) if len(text) > GROUP + 1 else [len(text)]
    pieces: list[str] = []
    for size in sizes:
        pieces.append(text[:size])
        text = text[size:]
    return [piece for piece in (*pieces, text) if piece]


def phone_groups(number: str) -> list[int] | None:
    """How people say a telephone number: 138 0000 8000, 024 2345 6789, 400 123 4567."""
    for form in (_MOBILE, _LANDLINE, _FREE):
        match = form.fullmatch(number)
        if match:
            return [len(group) for group in match.groups()]
    return None


def split_duration(seconds: int) -> list[tuple[int, str]]:
    """The two greatest parts that follow one another: nobody wants the seconds of a day."""
    parts: list[tuple[int, str]] = []
    for unit, size in _TIMES:
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append((amount, unit))
        elif parts:
            break
        if len(parts) == 2:  # noqa: PLR2004 - two parts
            break
    return parts or [(0, "second")]
