"""Where in a text the words stand that were looked for. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from crm.knowledge.segment import plain

AROUND: Final = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; ``hit``: it was looked for."""

    text: str
    hit: bool


def pieces(text: str, terms: Collection[str]) -> list[Piece]:
    """The whole text in order, hits apart."""
    marks = _marks(text, terms)
    found: list[Piece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or marks[at] != marks[start]:
            found.append(Piece(text[start:at], marks[start]))
            start = at
    return found


def _marks(text: str, terms: Collection[str]) -> list[bool]:
    lowered = plain(text)
    marks = [False] * len(text)
    if len(lowered) != len(text):  # a ligature became two letters: better no marks than wrong ones
        return marks
    for term in terms:
        at = lowered.find(term)
        while at >= 0:
            marks[at : at + len(term)] = [True] * len(term)
            at = lowered.find(term, at + len(term))
    return marks


def snippet(text: str, terms: Collection[str], around: int = AROUND) -> list[Piece]:
    """What stands around the first hit; the beginning when there is none."""
    flat = " ".join(line.lstrip("#- ") for line in text.splitlines() if line.strip())
    marks = _marks(flat, terms)
    first = marks.index(True) if True in marks else 0
    start, end = max(0, first - around // 2), min(len(flat), first + around * 2)
    found = pieces(flat[start:end], terms)
    before = [Piece("…", False)] if start else []
    return [*before, *found, *([Piece("…", False)] if end < len(flat) else [])]
