"""What an article says: its words in two languages, and how its plain text is laid out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mainline.i18n import Locale

TAGS_MAX: Final = 12
REASONS_MAX: Final = 20
TITLE_CHARS: Final = 120
WORDING_CHARS: Final = 1200
BODY_CHARS: Final = 12_000
Tag = Annotated[
    str, StringConstraints(min_length=1, max_length=24, strip_whitespace=True, pattern=r"^[^,，]+$")
]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def to(self, locale: Locale) -> str:
        """In that language; in Chinese when nobody has translated it."""
        zh, en = str(getattr(self, "zh", "")), str(getattr(self, "en", ""))
        return (en or zh) if locale == "en" else zh


class Title(_Words):
    """What it is about."""

    zh: str = Field(min_length=1, max_length=TITLE_CHARS)
    en: str = Field(default="", max_length=TITLE_CHARS)


class Wording(_Words):
    """What is said to the caller, word for word; empty when there is none."""

    zh: str = Field(default="", max_length=WORDING_CHARS)
    en: str = Field(default="", max_length=WORDING_CHARS)


class Body(_Words):
    """What the agent has to know."""

    zh: str = Field(min_length=1, max_length=BODY_CHARS)
    en: str = Field(default="", max_length=BODY_CHARS)


class Content(BaseModel):
    """An article's words, and where it is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title
    wording: Wording = Wording()
    body: Body
    tags: tuple[Tag, ...] = Field(default=(), max_length=TAGS_MAX)
    reasons: tuple[ReasonCode, ...] = Field(default=(), max_length=REASONS_MAX)
    """Shown beside calls about these, or about what lies below them in the tree."""


@dataclass(slots=True)
class Block:
    """A piece of a body: a heading, a paragraph, or a list."""

    kind: Literal["heading", "text", "list"]
    lines: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """``## `` begins a heading, ``- `` a line of a list, an empty line a paragraph."""
    found: list[Block] = []
    for kind, line in _lines(text):
        if kind == "gap":
            found.append(Block("text"))
        elif kind == "heading" or not found or found[-1].kind != kind:
            found.append(Block(kind, [line]))
        else:
            found[-1].lines.append(line)
    return [block for block in found if block.lines]


def _lines(text: str) -> Iterator[tuple[Literal["heading", "text", "list", "gap"], str]]:
    for line in (each.strip() for each in text.splitlines()):
        if line.startswith("## "):
            yield "heading", line[3:].strip()
        elif line.startswith("- "):
            yield "list", line[2:].strip()
        else:
            yield ("text", line) if line else ("gap", "")


def validity(
    first: date | None, last: date | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """From the first day's beginning to the last day's end, in the company's time."""
    until = last + timedelta(days=1) if last else None
    return _midnight(first, zone), _midnight(until, zone)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=zone) if day else None
