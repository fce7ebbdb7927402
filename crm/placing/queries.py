"""Premises whose address waits, and the places that each may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses import queries as addresses
from crm.addresses.gazetteer import Place
from crm.addresses.houses import House
from crm.addresses.matching import Reason
from crm.addresses.models import AddressNode
from crm.customers.models import Customer, Premise, ServiceAccount
from crm.migration.addressing import HELD, Home
from crm.placing.models import PlacingDecision

Show = Literal["waiting", "aside"]
SHOWS: Final[tuple[Show, ...]] = ("waiting", "aside")
LIMIT_MAX: Final = 50
HISTORY_MAX: Final = 30
CANDIDATES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A place that may be meant; ``key`` names it as long as the tree says the same."""

    key: str
    home: Home
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Supplied:
    """An account at the premise, and whose it is."""

    number: str
    name: str


async def waiting(
    session: AsyncSession, show: Show = "waiting", *, q: str = "", after: int = 0, limit: int = 20
) -> Sequence[Premise]:
    """Those that wait, or were put aside; the oldest first, behind that one."""
    wanted = _held(show, q).where(Premise.id > after).order_by(Premise.id)
    return (await session.scalars(wanted.limit(min(limit, LIMIT_MAX)))).all()


async def count(session: AsyncSession, show: Show, *, q: str = "") -> int:
    """How many they are."""
    return await session.scalar(select(func.count()).select_from(_held(show, q).subquery())) or 0


def _held(show: Show, q: str) -> Select[Premise]:
    node = select(AddressNode.id).where(AddressNode.level == HELD).scalar_subquery()
    aside = select(PlacingDecision.open_id).where(PlacingDecision.open_id == Premise.id).exists()
    wanted = select(Premise).where(
        Premise.node_id == node,
        Premise.merged_into_id.is_(None),
        aside if show == "aside" else ~aside,
    )
    return wanted.where(Premise.address_zh.contains(q, autoescape=True)) if q else wanted


async def choices(session: AsyncSession, typed: str) -> list[Choice]:
    """The homes that a typed address may mean, the likeliest first; a district alone is none."""
    resolved = await addresses.resolve(session, typed)
    remark = resolved.parsed.remark
    places = {place.id: place for place in (await addresses.gazetteer(session)).places}
    found = [
        Choice(_key(place, one.house), _home(place, one.house, remark), one.score, one.reasons)
        for one in resolved.found
        if (place := _community(one.path, places)) is not None
    ]
    return list({one.key: one for one in reversed(found)}.values())[::-1][:CANDIDATES_MAX]


def _community(path: str, places: dict[int, Place]) -> Place | None:
    ids = [int(each) for each in path.strip("/").split("/")]
    found = [places[each] for each in ids if each in places]
    return next((place for place in found if place.level == "community"), None)


def _home(place: Place, house: House, remark: str) -> Home:
    return Home(place, house.building, house.unit, house.room, remark)


def _key(place: Place, house: House) -> str:
    return f"{place.id}/{house.building}/{house.unit}/{house.room}"


async def supplied(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Supplied]]:
    """The accounts at these premises."""
    rows = await session.execute(
        select(ServiceAccount.premise_id, ServiceAccount.number, Customer.name)
        .join(Customer, Customer.id == ServiceAccount.customer_id)
        .where(ServiceAccount.premise_id.in_(ids))
        .order_by(ServiceAccount.number)
    )
    found: dict[int, list[Supplied]] = {each: [] for each in ids}
    for premise_id, number, name in rows:
        found[premise_id].append(Supplied(number, name))
    return found


async def standing(session: AsyncSession, ids: Sequence[int]) -> dict[int, PlacingDecision]:
    """What holds about these premises."""
    rows = select(PlacingDecision).where(PlacingDecision.open_id.in_(ids))
    return {row.premise_id: row for row in await session.scalars(rows)}


async def history(session: AsyncSession, *, limit: int = HISTORY_MAX) -> Sequence[PlacingDecision]:
    """What was decided, the newest first."""
    newest = select(PlacingDecision).order_by(PlacingDecision.at.desc(), PlacingDecision.id.desc())
    return (await session.scalars(newest.limit(min(limit, HISTORY_MAX)))).all()
