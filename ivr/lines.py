"""The hotline numbers: which menu answers, and when people are there."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from ivr.menu import Name
from mainline.text import LocalizedText


class Line(BaseModel):
    """A number people dial. ``also`` holds other spellings of it on the trunk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dnis: str = Field(pattern=r"^\+?[0-9]{2,20}$")
    name: LocalizedText
    menu: Name
    hours: Name
    also: tuple[str, ...] = Field(default=(), max_length=20)


def line_for(lines: Iterable[Line], dnis: str) -> Line | None:
    """The line that was dialled; trunks may put country and area codes before the number."""
    known = list(lines)
    for line in known:
        if dnis in {line.dnis, *line.also}:
            return line
    longest = sorted(known, key=lambda line: len(line.dnis), reverse=True)
    return next((line for line in longest if dnis.endswith(line.dnis)), known[0] if known else None)
