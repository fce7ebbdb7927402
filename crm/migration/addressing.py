"""Typed addresses against the tree: placed when there is no doubt, otherwise told as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses import queries
from crm.addresses.gazetteer import Gazetteer, Mention, Place
from crm.addresses.houses import Reading, readings
from crm.addresses.matching import Parsed, parse, parse_reading
from crm.addresses.models import AddressNode
from crm.addresses.pinyin import initials
from crm.addresses.wording import plain
from crm.migration import bulk
from crm.migration.cells import Memo

HELD: Final = "held"
"""The level of the place where unclear addresses wait."""
NODES_KEPT: Final = 50_000
_HINTS_MAX: Final = 3
_LEVELS: Final = ("building", "unit", "room")
_NAMES: Final = {"building": "{}号楼", "unit": "{}单元", "room": "{}室"}
_ENGLISH: Final = {"building": "Building {}", "unit": "Unit {}", "room": "Room {}"}


def _worded(form: str) -> Memo[str]:
    """A part in words; one that was not said has none. Few parts differ in a town."""
    return Memo(lambda part: form.format(part) if part else "")


_BUILDING_ZH, _UNIT_ZH, _ROOM_ZH = (_worded(_NAMES[level]) for level in _LEVELS)
_BUILDING_EN, _UNIT_EN, _ROOM_EN = (_worded(f"{_ENGLISH[level]}, ") for level in _LEVELS)


class Home(NamedTuple):
    """A place with building, unit and room; empty parts were not said."""

    place: Place
    building: str
    unit: str
    room: str
    remark: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """From the building down."""
        return self.building, self.unit, self.room

    @property
    def address_zh(self) -> str:
        """In the house's standard form."""
        house = f"{_BUILDING_ZH[self.building]}{_UNIT_ZH[self.unit]}{_ROOM_ZH[self.room]}"
        remark = f"（{self.remark}）" if self.remark else ""
        return f"{self.place.address}{house}{remark}"

    @property
    def address_en(self) -> str:
        """The same for those who read English."""
        house = f"{_ROOM_EN[self.room]}{_UNIT_EN[self.unit]}{_BUILDING_EN[self.building]}"
        return f"{house}{self.place.address}"


@dataclass(frozen=True, slots=True)
class Unclear:
    """Several places may be meant, or none; ``hint`` names the likeliest."""

    hint: str


class Remembering(Gazetteer):
    """Thousands of rows begin with the same words."""

    _told: Memo[list[Mention]]
    _places: Memo[Place | Unclear]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_told", Memo(super().mentions))
        object.__setattr__(self, "_places", Memo(self._read))

    def mentions(self, text: str) -> list[Mention]:
        """The same, remembered."""
        return self._told[text]

    def meant(self, words: str) -> Place | Unclear:
        """The community these words stand for in front of a house that is read in one way only."""
        return self._places[words]

    def _read(self, words: str) -> Place | Unclear:
        return _meant(parse_reading(Reading(words), self))


async def places(session: AsyncSession) -> Sequence[Place]:
    """All areas as they are now."""
    return (await queries.gazetteer(session)).places


def home_of(typed: str, places: Remembering) -> Home | Unclear:
    """Where it is, if one community is meant beyond doubt."""
    ways = readings(plain(typed))
    if len(ways) == 1 and ways[0].house.building and ways[0].house.room:
        return _of_place(ways[0], places.meant(ways[0].place))
    parsed = parse(typed, places)
    meant = _meant(parsed)
    if isinstance(meant, Unclear) or parsed.sure is None:
        return meant if isinstance(meant, Unclear) else Unclear("")
    return _of_place(Reading("", parsed.sure.house, parsed.remark), meant)


def _of_place(way: Reading, meant: Place | Unclear) -> Home | Unclear:
    if isinstance(meant, Unclear):
        return meant
    return Home(meant, way.house.building, way.house.unit, way.house.room, way.remark)


def _meant(parsed: Parsed) -> Place | Unclear:
    """The community, if it is sure."""
    sure = parsed.sure
    return sure.place if sure and sure.place.level == "community" else Unclear(_hint(parsed))


def _hint(parsed: Parsed) -> str:
    return "; ".join(
        f"{one.place.address} {one.score:.2f}" for one in parsed.candidates[:_HINTS_MAX]
    )


class Node(NamedTuple):
    """A node of the tree; ``new``: it was made just now."""

    id: int
    path: str
    new: bool = False


class Tree:
    """Finds the nodes of homes, and makes those that nobody had named before."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str, str], Node] = {}
        self._held: Node | None = None

    def forget(self) -> None:
        """A transaction was rolled back: what it made is not there."""
        self._kept.clear()
        self._held = None

    async def nodes(self, session: AsyncSession, homes: Sequence[Home]) -> list[Node]:
        """The deepest node of each home."""
        if len(self._kept) > NODES_KEPT:
            self._kept.clear()
        present = [Node(home.place.id, home.place.path) for home in homes]
        for at, level in enumerate(_LEVELS):
            wanted = [(node, home.parts[at]) for node, home in zip(present, homes, strict=True)]
            present = await self._below(session, level, wanted)
        return present

    async def _below(
        self, session: AsyncSession, level: str, wanted: Sequence[tuple[Node, str]]
    ) -> list[Node]:
        """One level down, where that part was said."""
        keys = [(above.id, level, part) for above, part in wanted]
        known = {key: self._kept[key] for key in keys if key in self._kept}
        parents = {
            above.id
            for (above, part), key in zip(wanted, keys, strict=True)
            if part and key not in known and not above.new
        }
        known |= await _children(session, level, sorted(parents))
        lacking = {
            key: above
            for (above, part), key in zip(wanted, keys, strict=True)
            if part and key not in known
        }
        made = await _make(session, level, lacking)
        if level != "room":
            found = {key: node for key, node in known.items() if key not in self._kept}
            self._kept |= {key: node._replace(new=False) for key, node in (found | made).items()}
        known |= made
        return [
            known[key] if part else above for (above, part), key in zip(wanted, keys, strict=True)
        ]

    async def held(self, session: AsyncSession) -> Node:
        """Where addresses wait that nobody could place."""
        if self._held is None:
            there = select(AddressNode).where(AddressNode.level == HELD).limit(1)
            node = await session.scalar(there) or await _make_held(session)
            self._held = Node(node.id, node.path)
        return self._held


async def _make_held(session: AsyncSession) -> AddressNode:
    node = AddressNode(level=HELD, name_zh="待核对地址", name_en="To be placed", path="")
    session.add(node)
    await session.flush()
    node.path = f"/{node.id}/"
    await session.flush()
    return node


_NUMBERS: Final = Memo(queries.number_in)
_INITIALS: Final = Memo(initials)


async def _children(
    session: AsyncSession, level: str, parents: Sequence[int]
) -> dict[tuple[int, str, str], Node]:
    """By the index of parents: that of levels would be all rooms of the town for each of them."""
    rows = await bulk.found(
        session,
        "SELECT n.id, n.parent_id, n.name_zh, n.path FROM keys k"
        " JOIN address_node n ON n.parent_id = k.key WHERE n.level || '' = :level",
        parents, level=level,
    )  # fmt: skip
    return {(parent, level, _NUMBERS[name]): Node(node, path) for node, parent, name, path in rows}


async def _make(
    session: AsyncSession, level: str, lacking: dict[tuple[int, str, str], Node]
) -> dict[tuple[int, str, str], Node]:
    ids = await bulk.take_ids(session, AddressNode, len(lacking))
    paths = [f"{above.path}{node}/" for above, node in zip(lacking.values(), ids, strict=True)]
    names = [_NAMES[level].format(part) for _, _, part in lacking]
    columns = {
        "id": ids, "parent_id": [parent for parent, _, _ in lacking], "path": paths,
        "name_zh": names, "name_en": [_ENGLISH[level].format(part) for _, _, part in lacking],
        "initials": [_INITIALS[name] for name in names],
    }  # fmt: skip
    await bulk.insert(session, AddressNode, columns, level=level, lon=None, lat=None)
    return {
        key: Node(node, path, new=True) for key, node, path in zip(lacking, ids, paths, strict=True)
    }
