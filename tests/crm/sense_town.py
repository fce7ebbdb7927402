"""A town whose calls are generated from a seed: what its days look like, and who calls in them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.models import Premise
from crm.sense.models import OutageSignal

STATIONS: Final = 40
BRANCHES: Final = 4
HOMES: Final = 600
"""Of each station."""
BY_HOUR: Final = (1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 9, 8, 7, 6, 6, 6, 7, 9, 10, 9, 7, 5, 3, 2)
CLASS: Final = "no_supply"


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody calls about it."""

    at: datetime
    station: int
    home: int


def quiet_day(seed: int, midnight: datetime, *, a_day: float) -> list[Call]:
    """A day on which nothing is wrong: some days are colder, and some people call again."""
    dice = random.Random(seed)
    cold = dice.lognormvariate(0, 0.5)
    calls = [call for station in range(STATIONS)
             for call in _of_station(dice, midnight, station, a_day * cold / STATIONS)]  # fmt: skip
    again = [
        Call(call.at + timedelta(minutes=dice.uniform(2, 90)), call.station, call.home)
        for call in calls
        if dice.random() < 0.15
    ]
    return sorted([*calls, *again], key=lambda call: call.at)


def _of_station(
    dice: random.Random, midnight: datetime, station: int, a_day: float
) -> Iterator[Call]:
    for hour, weight in enumerate(BY_HOUR):
        for _ in range(_poisson(dice, a_day * weight / sum(BY_HOUR))):
            at = midnight + timedelta(hours=hour, seconds=dice.uniform(0, 3600))
            yield Call(at, station, dice.randrange(HOMES))


def outage(
    seed: int, station: int, began_at: datetime, *, part: float = 0.2, hours: float = 2
) -> list[Call]:
    """A part of the homes calls, most of them soon."""
    dice = random.Random(seed)
    calls = [
        Call(began_at + timedelta(hours=min(dice.expovariate(2.0), hours)), station, home)
        for home in range(HOMES)
        if dice.random() < part
    ]
    return sorted(calls, key=lambda call: call.at)


def _poisson(dice: random.Random, expected: float) -> int:
    count, left = 0, dice.expovariate(1.0)
    while left < expected:
        count, left = count + 1, left + dice.expovariate(1.0)
    return count


async def settle(session: AsyncSession) -> None:
    """Stations 1 to 40, then the branches, each station with its homes as one premise each."""
    node = AddressNode(level="district", name_zh="区", name_en="District", path="/1/")
    session.add(node)
    await session.flush()
    areas = [
        ServiceArea(
            id=number + 1, code=f"a{number}", name_zh=f"{number}站", name_en=f"Station {number}",
            kind="supply" if number < STATIONS else "branch", outline=[],
            premises=HOMES if number < STATIONS else HOMES * STATIONS // BRANCHES,
        )
        for number in range(STATIONS + BRANCHES)
    ]  # fmt: skip
    session.add_all(areas)
    await session.flush()
    homes = range(1, STATIONS * HOMES + 1)
    rows = [{"id": one, "node_id": node.id, "path": "/1/", "address_zh": "", "address_en": ""}
            for one in homes]  # fmt: skip
    await session.execute(insert(Premise), rows)
    await session.execute(
        insert(AreaPremise),
        [{"premise_id": one, "area_id": area} for one in homes for area in areas_of(one)],
    )


def premise_of(call: Call) -> int:
    """The caller's home, which is also the caller's number as a customer."""
    return call.station * HOMES + call.home + 1


def areas_of(premise_id: int) -> tuple[int, int]:
    """Station and branch."""
    station = (premise_id - 1) // HOMES
    return station + 1, STATIONS + station * BRANCHES // STATIONS + 1


async def keep(session: AsyncSession, calls: Iterable[Call], mark: str) -> None:
    """As the reader of the journal keeps them."""
    rows = [
        {
            "call_id": f"{mark}-{number}", "class_code": CLASS, "area_id": area,
            "premise_id": premise_of(call), "customer_id": premise_of(call), "at": call.at,
            "told": False,
        }
        for number, call in enumerate(calls)
        for area in areas_of(premise_of(call))
    ]  # fmt: skip
    if rows:
        await session.execute(insert(OutageSignal), rows)
