"""The names of places, and where in a text they are mentioned: exactly, shortened or mistyped."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from crm.addresses.pinyin import sound
from crm.addresses.wording import plain

AREAS: Final = ("district", "street", "community")
NEAR_MAX: Final = 40
"""So many places are compared letter by letter, those with the most in common."""
_GENERIC: Final = re.compile(
    r"(?:小区|花园|家园|新村|新区|社区|公寓|大厦|广场|街道|街|镇|乡|区|县|苑|院|里|村)$"
)
_SHORT_CHARS_MIN: Final = 2
_NEAR_CHARS_MIN: Final = 3

How = Literal["exact", "alias", "short", "sound", "near"]
WORTH: Final[dict[How, float]] = {
    "exact": 1.0, "alias": 0.97, "short": 0.86, "sound": 0.84, "near": 0.78,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A district, street or community with all its names, the standard one first."""

    id: int
    level: str
    path: str
    names: tuple[str, ...]
    address: str = ""
    """The standard names from the district down."""

    @cached_property
    def plain_names(self) -> tuple[str, ...]:
        """The names as ``wording.plain`` writes them."""
        return tuple(name for name in map(plain, self.names) if name)

    @cached_property
    def short_names(self) -> tuple[str, ...]:
        """Without the word that says what it is, where enough is left."""
        cut = (_GENERIC.sub("", name) for name in self.plain_names)
        return tuple(
            short
            for short, name in zip(cut, self.plain_names, strict=True)
            if short != name and len(short) >= _SHORT_CHARS_MIN
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """A place may be meant by these characters of the text."""

    place: Place
    how: How
    start: int
    end: int
    said: str

    @property
    def worth(self) -> float:
        """How surely."""
        return WORTH[self.how]


@dataclass(frozen=True)
class Gazetteer:
    """All areas of a town."""

    places: Sequence[Place]
    _by_id: dict[int, Place] = field(default_factory=dict, init=False)
    _sounds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list), init=False)
    _called: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list), init=False)
    """Which of the places have this name, or are called so for short."""

    def __post_init__(self) -> None:
        for at, place in enumerate(self.places):
            self._by_id[place.id] = place
            for name in (*place.plain_names, *place.short_names):
                self._called[name].append(at)
            for each in {sound(one) for name in place.plain_names for one in name}:
                self._sounds[each].append(place.id)

    def above(self, place: Place) -> Iterator[Place]:
        """The places it lies in, from the district down."""
        for each in place.path.strip("/").split("/")[:-1]:
            if each.isdigit() and int(each) in self._by_id:
                yield self._by_id[int(each)]

    def mentions(self, text: str) -> list[Mention]:
        """Places that the text may mean; what lies within a longer exact name is not meant."""
        found = [mention for place in self._said(text) for mention in _named(place, text)]
        told = {mention.place.id for mention in found}
        found += [
            mention
            for place in self._alike(text)
            if place.id not in told
            for mention in _nearly(place, text)
        ]
        return [one for one in found if not any(_swallows(other, one) for other in found)]

    def _said(self, text: str) -> Iterator[Place]:
        """The places of which a name stands in the text: every piece of it is looked up."""
        pieces = {
            text[start : start + length]
            for length in self._lengths
            for start in range(len(text) - length + 1)
        }
        said = {at for piece in pieces for at in self._called.get(piece, ())}
        return (self.places[at] for at in sorted(said))

    @cached_property
    def _lengths(self) -> frozenset[int]:
        return frozenset(map(len, self._called))

    def _alike(self, text: str) -> Iterable[Place]:
        common = Counter(
            place for each in {sound(one) for one in text} for place in self._sounds.get(each, ())
        )
        likely = sorted(common.items(), key=lambda item: (-item[1], item[0]))[:NEAR_MAX]
        return [self._by_id[place] for place, shared in likely if shared >= _SHORT_CHARS_MIN]


def _swallows(longer: Mention, shorter: Mention) -> bool:
    """Whether the shorter is but a part of a name that is there as a whole."""
    if longer.how not in {"exact", "alias"} or longer.place.id == shorter.place.id:
        return False
    contains = longer.start <= shorter.start and shorter.end <= longer.end
    overlaps = longer.start < shorter.end and shorter.start < longer.end
    larger = longer.end - longer.start > shorter.end - shorter.start
    return (contains and larger) or (overlaps and shorter.how not in {"exact", "alias"})


def _named(place: Place, text: str) -> list[Mention]:
    """Where one of its names stands as it is, the longest first; else a shortened one."""
    standard = place.plain_names[:1]
    for name in sorted(place.plain_names, key=len, reverse=True):
        how: How = "exact" if name in standard else "alias"
        if (start := text.rfind(name)) >= 0:
            return [Mention(place, how, start, start + len(name), name)]
    for name in place.short_names:
        if (start := text.rfind(name)) >= 0:
            return [Mention(place, "short", start, start + len(name), name)]
    return []


def _nearly(place: Place, text: str) -> list[Mention]:
    """Where it sounds the same, or one character is wrong, missing or too many."""
    sounds = [sound(each) for each in text]
    for name in (*place.plain_names, *place.short_names):
        if len(name) >= _SHORT_CHARS_MIN and (at := _sounding(name, sounds)) is not None:
            return [Mention(place, "sound", at, at + len(name), text[at : at + len(name)])]
    for name in place.plain_names:
        if (
            len(name) >= _NEAR_CHARS_MIN
            and _may_be_near(name, text)
            and (span := _one_off(name, text)) is not None
        ):
            return [Mention(place, "near", *span, text[slice(*span)])]
    return []


def _sounding(name: str, sounds: Sequence[str]) -> int | None:
    wanted = [sound(each) for each in name]
    last = len(sounds) - len(wanted)
    return next((at for at in range(last + 1) if sounds[at : at + len(wanted)] == wanted), None)


def _may_be_near(name: str, text: str) -> bool:
    """Whether all its characters but one stand somewhere in the text: no change costs two."""
    return len(set(name).difference(text)) <= 1


def _one_off(name: str, text: str) -> tuple[int, int] | None:
    for length in (len(name), len(name) - 1, len(name) + 1):
        for start in range(len(text) - length + 1):
            if _differ_by_one(name, text[start : start + length]):
                return start, start + length
    return None


def _differ_by_one(left: str, right: str) -> bool:
    """Whether one character changed, dropped, added, or two neighbours swapped."""
    if len(left) < len(right):
        left, right = right, left
    first = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if first is None:
        return len(left) - len(right) == 1
    if len(left) > len(right):
        return left[first + 1 :] == right[first:]
    swapped = left[first + 1 : first + 2] + left[first]
    return left[first + 1 :] == right[first + 1 :] or (
        right[first : first + 2] == swapped and left[first + 2 :] == right[first + 2 :]
    )
