"""The end of an address: building, unit, floor, room, however they are written.

``2栋1单元501``, ``2-1-501``, ``2号楼501室``, ``二号楼一单元五零一``: what is ambiguous has several
readings, the likeliest first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crm.addresses.wording import DIGITS, number

_NUMERAL: Final = rf"(?:[0-9]{{1,5}}|[{DIGITS}]{{1,6}})"
_NUMBER: Final = rf"(?:[甲乙丙丁]?{_NUMERAL}[A-Z甲乙丙丁]?|[A-Z][0-9]{{0,4}}|[甲乙丙丁])"
_MARKS: Final = {
    "号楼": "building", "号栋": "building", "栋": "building", "幢": "building", "座": "building",
    "单元": "unit", "号门": "unit", "门洞": "unit", "门": "unit", "梯": "unit",
    "层": "floor", "室": "room", "号房": "room", "房间": "room", "房": "room", "户": "room",
    "楼": "lou", "号": "number",
}  # fmt: skip
_MARK: Final = "|".join(sorted(_MARKS, key=len, reverse=True))
_TOKEN: Final = re.compile(rf"-?({_NUMBER}(?:-[0-9]{{1,2}}(?=号楼|栋|幢))?)((?:{_MARK})(?!院))?")
_START: Final = re.compile(rf"[-0-9{DIGITS}甲乙丙丁A-Z]")
"""What the first sign of a token can be."""
_DIGIT: Final = re.compile(r"[0-9]")
_ENDS: Final = "".join({each[-1]: "" for each in _MARKS})
_FIGURES: Final = "([0-9]{1,5})"
_COMMON: Final = re.compile(
    rf"(.*[^-0-9{DIGITS}甲乙丙丁A-Z{_ENDS}])"
    rf"(?:{_FIGURES}(?:号楼|栋|幢){_FIGURES}单元{_FIGURES}室?|{_FIGURES}-{_FIGURES}-{_FIGURES})"
).fullmatch
"""How homes are nearly always written, behind a sign that can be no part of one: one reading."""
_REMARK_CHARS_MAX: Final = 12
_ORDER: Final = {"building": 0, "unit": 1, "floor": 2, "room": 3}
_ROOM_DIGITS_MIN: Final = 3
_SURE_COST: Final = 0.0
_OTHER_COST: Final = 0.06


class House(NamedTuple):
    """Building, unit, floor and room as they were read; empty: not said."""

    building: str = ""
    unit: str = ""
    room: str = ""
    floor: str = ""


class Reading(NamedTuple):
    """One way to read an address: the words of the place, the house, what stood behind it."""

    place: str
    house: House = House()
    remark: str = ""
    cost: float = _SURE_COST
    """How much less likely than the first reading."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str
    start: int
    end: int

    @property
    def is_room_like(self) -> bool:
        return len(_DIGIT.findall(self.text)) >= _ROOM_DIGITS_MIN


def readings(text: str) -> list[Reading]:
    """All ways to read it, the likeliest first; the last resort is a place without a house."""
    if common := _COMMON(text):
        place, *parts = (part for part in common.groups() if part)
        building, unit, room = map(number, parts)
        return [Reading(place, House(building, unit, room))]
    return weighed(text)


def weighed(text: str) -> list[Reading]:
    """The same, part by part."""
    for tokens, remark in _tails(text):
        kinds = _kinds(tokens)
        if kinds:
            return _of(text, tokens, kinds, remark)
    return [Reading(text)]


def _tails(text: str) -> Iterator[tuple[list[_Token], str]]:
    """Runs of numbers that reach to the end, or nearly, the longest first."""
    for start in (found.start() for found in _START.finditer(text)):
        if start and text[start].isdigit() and text[start - 1].isdigit():
            continue
        tokens = _run(text, start)
        rest = text[tokens[-1].end :] if tokens else ""
        if tokens and len(rest) <= _REMARK_CHARS_MAX and not _DIGIT.search(rest):
            yield tokens, rest


def _run(text: str, start: int) -> list[_Token]:
    tokens: list[_Token] = []
    place = start
    while len(tokens) <= len(_ORDER) + 1 and (found := _TOKEN.match(text, place)):
        kind = _MARKS.get(found[2] or "", "bare")
        tokens.append(_Token(number(found[1]), kind, found.start(), found.end()))
        place = found.end()
    return tokens


def _kinds(tokens: Sequence[_Token]) -> list[tuple[str, ...]]:
    """What each number may be; empty when they make no house."""
    kinds = tuple(token.kind for token in tokens)
    if set(kinds) == {"bare"}:
        return _bare(tokens)
    return [filled for each in _lou(tokens, kinds) if (filled := _filled(tokens, each))]


def _bare(tokens: Sequence[_Token]) -> list[tuple[str, ...]]:
    """Numbers alone: ``2-1-501``, ``2-501``, ``501``."""
    roomy = tokens[-1].is_room_like
    match len(tokens):
        case 1:
            return [("room",)] if roomy else []
        case 2:
            return [("building", "room"), ("unit", "room")] if roomy else [("building", "unit")]
        case 3:
            return [("building", "unit", "room")]
        case 4:
            return [("building", "unit", "floor", "room")]
    return []


def _lou(tokens: Sequence[_Token], kinds: tuple[str, ...]) -> list[tuple[str, ...]]:
    """``楼`` is a building or a floor: a floor behind a unit, or when the room begins with it."""
    if "lou" not in kinds:
        return [kinds]
    place = kinds.index("lou")
    as_floor = tuple("floor" if kind == "lou" else kind for kind in kinds)
    as_building = tuple("building" if kind == "lou" else kind for kind in kinds)
    if place:
        return [as_floor]
    floor, last = tokens[0].text, tokens[-1]
    alone = len(tokens) == 1 + (last is not tokens[0])
    if alone and last.is_room_like and last.text[:-2] == floor:
        return [as_floor, as_building]
    return [as_building]


def _filled(tokens: Sequence[_Token], kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Numbers without a mark, and ``号``, take what their place leaves; () when it cannot be."""
    told: list[str] = []
    for place, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        last = place == len(kinds) - 1
        told.append(_one(token, kind, told, kinds[place + 1 :], last=last))
    order = [_ORDER.get(kind, -1) for kind in told]
    return tuple(told) if order == sorted(set(order)) and -1 not in order else ()


def _one(token: _Token, kind: str, before: list[str], after: tuple[str, ...], *, last: bool) -> str:
    if kind not in {"bare", "number"}:
        return kind
    if not before and (kind == "number" or "building" not in after):
        return "room" if last and token.is_room_like else "building"
    if last:
        only = before == ["building"] and kind == "bare" and not token.is_room_like
        return "unit" if only else "room"
    return "unit" if before == ["building"] and kind == "bare" else "floor"


def _of(
    text: str, tokens: Sequence[_Token], ways: Sequence[tuple[str, ...]], remark: str
) -> list[Reading]:
    start = tokens[0].start
    found = [
        Reading(text[:start].rstrip("-"), _house(tokens, kinds), remark, place * _OTHER_COST)
        for place, kinds in enumerate(ways)
    ]
    if tokens[0].kind == "number":
        found.append(_numbered(text, tokens, remark))
    return found


def _numbered(text: str, tokens: Sequence[_Token], remark: str) -> Reading:
    """``和平路3号`` may be the name of the place itself."""
    place, rest = text[: tokens[0].end], tokens[1:]
    ways = _kinds(rest) if rest else []
    house = _house(rest, ways[0]) if ways else House()
    return Reading(place, house, remark, 0.0 if ways or not rest else _OTHER_COST)


def _house(tokens: Sequence[_Token], kinds: Sequence[str]) -> House:
    parts = {kind: token.text for token, kind in zip(tokens, kinds, strict=True)}
    house = House(**parts)
    if house.floor and house.room and len(house.room) < _ROOM_DIGITS_MIN:
        house = house._replace(room=f"{house.floor}{house.room:0>2}")
    return house
