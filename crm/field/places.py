"""Where premises are, and how far from somebody."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.customers.models import Premise

Point = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""
EARTH_KM: Final = 6371.0


async def coordinates(session: AsyncSession, premise_ids: Iterable[int]) -> dict[int, Point]:
    """Of each premise, as exactly as the address tree knows: else of the place around it."""
    wanted = set(premise_ids)
    rows = await session.execute(select(Premise.id, Premise.path).where(Premise.id.in_(wanted)))
    paths = {premise: [int(part) for part in path.split("/") if part] for premise, path in rows}
    known = await _known(session, {node for path in paths.values() for node in path})
    found = {
        premise: next((known[node] for node in reversed(path) if node in known), None)
        for premise, path in paths.items()
    }
    return {premise: point for premise, point in found.items() if point is not None}


async def _known(session: AsyncSession, nodes: set[int]) -> Mapping[int, Point]:
    rows = await session.execute(
        select(AddressNode.id, AddressNode.lon, AddressNode.lat).where(AddressNode.id.in_(nodes))
    )
    return {node: (lon, lat) for node, lon, lat in rows if lon is not None and lat is not None}


def distance_km(one: Point, other: Point) -> float:
    """As the crow flies."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (one, other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
