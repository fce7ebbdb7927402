"""Find pairs that may be one: by what they share, never by comparing everybody with everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, String, case, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.addresses import queries as addresses
from crm.addresses.models import AddressNode
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.duplicates.models import DuplicateDecision
from crm.duplicates.rules import (
    SHOWN_SCORE_MIN,
    Likeness,
    What,
    customers_alike,
    premises_alike,
)

PAIRS_MAX: Final = 500
"""So many pairs of a kind are looked at in one go."""
ROUGH_MAX: Final = 100
"""So many premises that hang high in the tree are read anew."""
LIMIT_MAX: Final = 100
HISTORY_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one; the first is older."""

    what: What
    first_id: int
    second_id: int
    likeness: Likeness


async def find(session: AsyncSession, what: What, *, limit: int = 50) -> list[Pair]:
    """Undecided pairs, the likeliest first."""
    pairs = await (_customers(session) if what == "customer" else _premises(session))
    shown = [pair for pair in pairs if pair.likeness.score >= SHOWN_SCORE_MIN]
    shown.sort(key=lambda pair: (-pair.likeness.score, pair.first_id, pair.second_id))
    return shown[: min(limit, LIMIT_MAX)]


async def history(session: AsyncSession, *, limit: int = HISTORY_MAX) -> list[DuplicateDecision]:
    """What was decided, the newest first."""
    newest = select(DuplicateDecision).order_by(
        DuplicateDecision.at.desc(), DuplicateDecision.id.desc()
    )
    return list(await session.scalars(newest.limit(min(limit, HISTORY_MAX))))


def _undecided(
    what: What, low: SQLColumnExpression[int], high: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    key = literal(f"{what}:").concat(cast(low, String)).concat(":").concat(cast(high, String))
    return ~select(DuplicateDecision.id).where(DuplicateDecision.open_key == key).exists()


async def _customers(session: AsyncSession) -> list[Pair]:
    by_phone = await _sharing(session, CustomerPhone, CustomerPhone.number)
    by_premise = await _sharing(session, ServiceAccount, ServiceAccount.premise_id)
    return [
        Pair("customer", *ids, _likeness(*people, ids in by_phone, ids in by_premise))
        for ids, people in (by_phone | by_premise).items()
    ]


async def _sharing(
    session: AsyncSession, table: Any, column: Any
) -> dict[tuple[int, int], tuple[Customer, Customer]]:
    """Pairs of customers who have the same telephone or home; like names come first."""
    left, right = aliased(table), aliased(table)
    first, second = aliased(Customer), aliased(Customer)
    pairs = (
        select(first, second)
        .join(left, left.customer_id == first.id)
        .join(right, getattr(right, column.key) == getattr(left, column.key))
        .join(second, second.id == right.customer_id)
        .where(
            first.id < second.id,
            first.merged_into_id.is_(None),
            second.merged_into_id.is_(None),
            _undecided("customer", first.id, second.id),
        )
        .order_by(first.initials != second.initials, first.id, second.id)
        .limit(PAIRS_MAX)
    )
    rows = (await session.execute(pairs)).all()
    return {(one.id, other.id): (one, other) for one, other in rows}


def _likeness(first: Customer, second: Customer, telephone: bool, premise: bool) -> Likeness:
    alike = first.initials == second.initials != ""
    return customers_alike(
        first.name, second.name, initials_same=alike, telephone=telephone, premise=premise
    )


async def _premises(session: AsyncSession) -> list[Pair]:
    one, other = aliased(Premise), aliased(Premise)
    twice = (
        select(one, other)
        .join(other, other.node_id == one.node_id)
        .join(AddressNode, AddressNode.id == one.node_id)
        .where(
            one.id < other.id,
            AddressNode.level == "room",
            one.merged_into_id.is_(None),
            other.merged_into_id.is_(None),
            _undecided("premise", one.id, other.id),
        )
        .order_by(one.id, other.id)
        .limit(PAIRS_MAX)
    )
    rows = (await session.execute(twice)).all()
    same = [
        Pair("premise", first.id, second.id, _of_one_room(first, second)) for first, second in rows
    ]
    return [*same, *await _read_anew(session)]


def _of_one_room(first: Premise, second: Premise) -> Likeness:
    return premises_alike(first.address_zh, second.address_zh, same_node=True, read_as=0.0)


async def _read_anew(session: AsyncSession) -> list[Pair]:
    """Premises that hang at an area instead of a room: their words may say which room."""
    rough = select(Premise).join(AddressNode, AddressNode.id == Premise.node_id)
    rough = rough.where(AddressNode.level != "room", Premise.merged_into_id.is_(None))
    found: list[Pair] = []
    for premise in (await session.scalars(rough.order_by(Premise.id).limit(ROUGH_MAX))).all():
        found += await _read_as(session, premise)
    return found


async def _read_as(session: AsyncSession, premise: Premise) -> Iterable[Pair]:
    resolved = await addresses.resolve(session, premise.address_zh)
    rooms = {one.node_id: one.score for one in resolved.found if one.level == "room"}
    there = select(Premise).where(Premise.node_id.in_(rooms), Premise.merged_into_id.is_(None))
    mine = Premise.id, literal(premise.id)
    low = case((mine[0] < mine[1], mine[0]), else_=mine[1])
    high = case((mine[0] < mine[1], mine[1]), else_=mine[0])
    found = (await session.scalars(there.where(_undecided("premise", low, high)))).all()
    return [_pair_of(premise, other, rooms[other.node_id]) for other in found]


def _pair_of(premise: Premise, other: Premise, score: float) -> Pair:
    low, high = sorted((premise.id, other.id))
    alike = premises_alike(premise.address_zh, other.address_zh, same_node=False, read_as=score)
    return Pair("premise", low, high, alike)


async def premises(session: AsyncSession, ids: Sequence[int]) -> dict[int, Premise]:
    """These premises."""
    found = await session.scalars(select(Premise).where(Premise.id.in_(ids)))
    return {premise.id: premise for premise in found}


async def accounts_at(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers of the accounts at these premises."""
    rows = await session.execute(
        select(ServiceAccount.premise_id, ServiceAccount.number)
        .where(ServiceAccount.premise_id.in_(ids))
        .order_by(ServiceAccount.number)
    )
    found: dict[int, list[str]] = {each: [] for each in ids}
    for premise_id, number in rows:
        found[premise_id].append(number)
    return found
