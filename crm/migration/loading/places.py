"""Districts, streets and communities, with the other names people have for them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.gazetteer import AREAS
from crm.addresses.models import AddressAlias, AddressNode
from crm.addresses.pinyin import initials
from crm.migration import bulk
from crm.migration.addressing import Node
from crm.migration.batches import Batch

_BETWEEN: Final = re.compile(r"[,;、/|]+")
_ALIASES_MAX: Final = 20
_ALIAS_CHARS_MAX: Final = 64
_Below = tuple[int | None, str]
"""A name below a node; below none: a district."""


class Places:
    """Each row is a place with those it lies in; many rows begin alike."""

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Nothing to judge."""

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Make what is not there, from the districts down."""
        new: set[int] = set()
        places: list[Node | None] = [None] * len(batch)
        nothing = [""] * len(batch)
        for level in AREAS:
            names = batch.columns.get(level, nothing)
            places = await _down(session, level, places, names, new)
        await _aliases(session, places, batch.columns.get("aliases", nothing), new)
        again = [at for at in range(len(batch)) if at not in new]
        for at in again:
            batch.found(at, "community", "same-again")
        batch.drop(again)


async def _down(
    session: AsyncSession,
    level: str,
    places: Sequence[Node | None],
    names: Sequence[str],
    new: set[int],
) -> list[Node | None]:
    """One level down, where it is named; the rows that name a place first are ``new``."""
    keys = [(above.id if above else None, name) for above, name in zip(places, names, strict=True)]
    known = await _there(session, level, names)
    first: dict[_Below, int] = {}
    for at, key in enumerate(keys):
        if key[1] and key not in known:
            first.setdefault(key, at)
    new.update(first.values())
    known |= await _make(session, level, {key: places[at] for key, at in first.items()})
    return [known.get(key, above) for key, above in zip(keys, places, strict=True)]


async def _there(session: AsyncSession, level: str, names: Sequence[str]) -> dict[_Below, Node]:
    """Places of these names; of two the older one."""
    rows = await bulk.found(
        session,
        "SELECT n.id, n.parent_id, n.name_zh, n.path FROM keys k JOIN address_node n"
        " ON n.name_zh = k.key AND n.level = :level ORDER BY n.id DESC",
        sorted(set(names) - {""}), level=level,
    )  # fmt: skip
    return {(parent, name): Node(node, path) for node, parent, name, path in rows}


async def _make(
    session: AsyncSession, level: str, lacking: Mapping[_Below, Node | None]
) -> dict[_Below, Node]:
    ids = await bulk.take_ids(session, AddressNode, len(lacking))
    above = ["/" if place is None else place.path for place in lacking.values()]
    paths = [f"{start}{node}/" for start, node in zip(above, ids, strict=True)]
    names = [name for _, name in lacking]
    columns: bulk.Columns = {
        "id": ids, "parent_id": [parent for parent, _ in lacking], "path": paths,
        "name_zh": names, "name_en": names, "initials": [initials(name) for name in names],
    }  # fmt: skip
    await bulk.insert(session, AddressNode, columns, level=level, lon=None, lat=None)
    return {
        key: Node(*made) for key, made in zip(lacking, zip(ids, paths, strict=True), strict=True)
    }


async def _aliases(
    session: AsyncSession, places: Sequence[Node | None], told: Sequence[str], new: set[int]
) -> None:
    """The other names of each place, each once."""
    first: dict[tuple[int, str], int] = {}
    for at, (place, names) in enumerate(zip(places, told, strict=True)):
        if place is not None:
            for name in _names(names):
                first.setdefault((place.id, name), at)
    rows = await bulk.found(
        session,
        "SELECT a.node_id, a.name FROM keys k JOIN address_alias a ON a.name = k.key",
        sorted({name for _, name in first}),
    )
    there = set(rows)
    lacking = {key: at for key, at in first.items() if key not in there}
    new.update(lacking.values())
    columns: bulk.Columns = {
        "node_id": [node for node, _ in lacking], "name": [name for _, name in lacking],
    }  # fmt: skip
    await bulk.insert(session, AddressAlias, columns)


def _names(told: str) -> list[str]:
    names = [each.strip() for each in _BETWEEN.split(told) if each.strip()]
    return list(dict.fromkeys(name[:_ALIAS_CHARS_MAX] for name in names[:_ALIASES_MAX]))
