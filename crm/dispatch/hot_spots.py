"""Where the same thing goes wrong again and again. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.dispatch.rules import HotSpots
from crm.field.places import Point, distance_km


@dataclass(frozen=True, slots=True)
class Spotted:
    """An order with its place."""

    number: str
    type_code: str
    point: Point


@dataclass(frozen=True, slots=True)
class HotSpot:
    """Orders of one type close together."""

    type_code: str
    point: Point
    numbers: Sequence[str]


def hot_spots(rule: HotSpots, orders: Iterable[Spotted]) -> list[HotSpot]:
    """Each order belongs to one spot at most: the fullest ones are taken first."""
    by_type: dict[str, list[Spotted]] = defaultdict(list)
    for order in orders:
        by_type[order.type_code].append(order)
    found = [spot for mine in by_type.values() for spot in _of_type(rule, mine)]
    return sorted(found, key=lambda spot: (-len(spot.numbers), spot.type_code, spot.numbers))


def _of_type(rule: HotSpots, orders: list[Spotted]) -> list[HotSpot]:
    rest, found = sorted(orders, key=lambda one: one.number), []
    while len(rest) >= rule.least:
        groups = [
            [other for other in rest if distance_km(one.point, other.point) <= rule.km]
            for one in rest
        ]
        fullest = max(groups, key=len)
        if len(fullest) < rule.least:
            break
        found.append(_spot(fullest))
        rest = [one for one in rest if one not in fullest]
    return found


def _spot(orders: Sequence[Spotted]) -> HotSpot:
    lon = sum(one.point[0] for one in orders) / len(orders)
    lat = sum(one.point[1] for one in orders) / len(orders)
    return HotSpot(orders[0].type_code, (lon, lat), [one.number for one in orders])
