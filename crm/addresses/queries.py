"""Read a typed address against the tree: areas by their names, then down to the room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.gazetteer import AREAS, Gazetteer, Place
from crm.addresses.houses import House
from crm.addresses.matching import CANDIDATES_MAX, Parsed, Reason, is_clear, parse
from crm.addresses.models import AddressAlias, AddressNode
from crm.addresses.wording import number, plain

PLACES_MAX: Final = 50_000
BELOW_MAX: Final = 2_000
_UNKNOWN: Final = 0.2
_MARKS: Final = ("号楼", "单元", "号", "栋", "幢", "座", "门", "室", "户")


@dataclass(frozen=True, slots=True)
class Found:
    """A place of the tree that may be meant; ``node`` is as deep as it is known."""

    node_id: int
    path: str
    level: str
    address: str
    """Standard names from the district down."""
    lon: float | None
    lat: float | None
    house: House
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a typed address came to; ``sure`` only when one place is far ahead."""

    parsed: Parsed
    found: tuple[Found, ...]

    @property
    def sure(self) -> Found | None:
        """The one that is meant, if there is no doubt worth asking about."""
        return self.found[0] if is_clear([each.score for each in self.found]) else None


async def resolve(session: AsyncSession, typed: str) -> Resolved:
    """Read an address and look for it in the tree; never refuses, whatever was typed."""
    parsed = parse(typed, await gazetteer(session))
    found: list[Found] = []
    for one in parsed.candidates:
        top = await session.get_one(AddressNode, one.place.id)
        deep = await _down(session, top, one.house)
        found += [
            _found(top, chain, one.place, one.house, one.score, (*one.reasons, *missing))
            for chain, missing in deep
        ]
    found.sort(key=lambda each: (-each.score, each.path))
    return Resolved(parsed, tuple(found[:CANDIDATES_MAX]))


_Chain = tuple[AddressNode, ...]


async def _down(
    session: AsyncSession, top: AddressNode, house: House
) -> list[tuple[_Chain, tuple[Reason, ...]]]:
    """The ways from an area to the deepest known node; a unit left out may be any of them."""
    ways: list[tuple[_Chain, tuple[Reason, ...]]] = [((), ())]
    for level in ("building", "unit", "room"):
        wanted = getattr(house, level)
        if wanted or (level == "unit" and house.room):
            ways = [
                longer
                for chain, told in ways
                for longer in await _step(session, top, level, wanted, (chain, told))
            ]
    return ways[:CANDIDATES_MAX]


async def _step(
    session: AsyncSession,
    top: AddressNode,
    level: str,
    wanted: str,
    so_far: tuple[_Chain, tuple[Reason, ...]],
) -> list[tuple[_Chain, tuple[Reason, ...]]]:
    chain, told = so_far
    if told and told[-1].code == "not-in-tree":
        return [so_far]
    above = chain[-1] if chain else top
    nodes = [node for node in await _children(session, above, level) if _is(node, wanted)]
    if nodes:
        return [((*chain, node), told) for node in nodes]
    return [(chain, (*told, Reason("not-in-tree", wanted)))] if wanted else [so_far]


async def _children(session: AsyncSession, above: AddressNode, level: str) -> Sequence[AddressNode]:
    inside = AddressNode.parent_id == above.id, AddressNode.level == level
    found = await session.scalars(select(AddressNode).where(*inside).limit(BELOW_MAX))
    return found.all()


def _is(node: AddressNode, wanted: str) -> bool:
    """Whether the node is that number; every node when none was said."""
    return not wanted or number_of(node) == wanted


def _found(
    top: AddressNode,
    chain: _Chain,
    place: Place,
    house: House,
    score: float,
    reasons: tuple[Reason, ...],
) -> Found:
    deepest = chain[-1] if chain else top
    unknown = sum(reason.code == "not-in-tree" for reason in reasons)
    said = {node.level: number_of(node) for node in chain}
    located = next((node for node in (*reversed(chain), top) if node.lon is not None), top)
    return Found(
        deepest.id, deepest.path, deepest.level,
        place.address + "".join(node.name_zh for node in chain),
        located.lon, located.lat, house._replace(**said),
        round(max(0.0, score - _UNKNOWN * unknown), 3), reasons,
    )  # fmt: skip


def number_of(node: AddressNode) -> str:
    """The number of a building, unit or room."""
    return number_in(node.name_zh)


def number_in(name: str) -> str:
    """The number in a name: ``3号楼`` is ``3``."""
    bare = plain(name)
    for mark in _MARKS:
        bare = bare.removesuffix(mark)
    return number(bare)


_KEPT: WeakKeyDictionary[object, tuple[tuple[int, ...], Gazetteer]] = WeakKeyDictionary()


async def gazetteer(session: AsyncSession) -> Gazetteer:
    """All names of areas; kept until places or aliases come or go."""
    version = await _version(session)
    kept = _KEPT.get(session.get_bind())
    if kept is None or kept[0] != version:
        kept = version, Gazetteer(await _places(session))
        _KEPT[session.get_bind()] = kept
    return kept[1]


async def _version(session: AsyncSession) -> tuple[int, ...]:
    areas = select(func.count(), func.max(AddressNode.id)).where(AddressNode.level.in_(AREAS))
    aliases = select(func.count(), func.max(AddressAlias.id))
    told = (*(await session.execute(areas)).one(), *(await session.execute(aliases)).one())
    return tuple(each or 0 for each in told)


async def _places(session: AsyncSession) -> list[Place]:
    wanted = select(AddressNode).where(AddressNode.level.in_(AREAS))
    nodes = (await session.scalars(wanted.order_by(AddressNode.path).limit(PLACES_MAX))).all()
    others: dict[int, list[str]] = {}
    aliases = select(AddressAlias).order_by(AddressAlias.id).limit(PLACES_MAX)
    for alias in await session.scalars(aliases):
        others.setdefault(alias.node_id, []).append(alias.name)
    return list(_as_places(nodes, others))


def _as_places(nodes: Iterable[AddressNode], others: dict[int, list[str]]) -> Iterable[Place]:
    names = {node.id: node.name_zh for node in nodes}
    for node in nodes:
        ids = [int(each) for each in node.path.strip("/").split("/") if each]
        address = "".join(names.get(each, "") for each in ids)
        yield Place(
            node.id, node.level, node.path, (node.name_zh, *others.get(node.id, ())), address
        )
