"""Find pairs that may be one: by what they share, never by comparing everybody with everybody.

The town is walked along what two can share: telephones, homes, rooms, then the premises that hang
high in the tree. One look reads a bounded stretch of an index and says where the next one begins.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses import queries as addresses
from crm.addresses.models import AddressNode
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.duplicates.blocks import BLOCK_MAX, Member, pairs_of
from crm.duplicates.looks import STEPS, Look, Pair, Place, Step
from crm.duplicates.models import DuplicateDecision
from crm.duplicates.rules import (
    SHOWN_SCORE_MIN,
    Likeness,
    What,
    customers_alike,
    premises_alike,
)
from crm.duplicates.stretches import KEYS_MAX, Shared, shared

PLACES_MAX: Final = 5_000
"""So many premises are looked up in the tree in one look."""
ROUGH_MAX: Final = 100
"""So many premises that hang high in the tree are read anew."""
LOOKS_MAX: Final = 2
LIMIT_MAX: Final = 100
HISTORY_MAX: Final = 50


async def find(session: AsyncSession, what: What, *, limit: int = 50, after: str = "") -> Look:
    """A bounded look: it ends with enough pairs, or after so many stretches without any."""
    place: Place | None = Place.read(what, after)
    found: dict[tuple[int, int], Pair] = {}
    for _ in range(LOOKS_MAX):
        if place is None or len(found) >= min(limit, LIMIT_MAX):
            break
        step = place.step
        pairs, end = await _LOOKS[step](session, place, min(limit, LIMIT_MAX) - len(found))
        found |= {(one.first_id, one.second_id): one for one in pairs}
        place = Place(step, end) if end is not None else _following(what, step)
    shown = sorted(
        found.values(), key=lambda one: (-one.likeness.score, one.first_id, one.second_id)
    )
    return Look(shown, place)


def _following(what: What, step: Step) -> Place | None:
    later = STEPS[what][STEPS[what].index(step) + 1 :]
    return Place(later[0]) if later else None


Part = tuple[list[Pair], int | None]
"""Pairs of a stretch, and the id of the row it ended with; None: there is nothing behind it."""


async def _by_telephone(session: AsyncSession, place: Place, enough: int) -> Part:
    return await _customers(session, CustomerPhone, CustomerPhone.number, place, enough)


async def _by_home(session: AsyncSession, place: Place, enough: int) -> Part:
    return await _customers(session, ServiceAccount, ServiceAccount.premise_id, place, enough)


async def _customers(
    session: AsyncSession, table: Any, key: Any, place: Place, enough: int
) -> Part:
    """People who share a telephone, or a home; what they share besides counts too."""
    found = await shared(session, table, key, place.after)
    if not found.keys:
        return _until_enough(found, {}, enough)
    rows = await session.execute(
        select(key, Customer.id, Customer.name, Customer.initials)
        .join(Customer, Customer.id == table.customer_id)
        .where(key.in_(found.keys), Customer.merged_into_id.is_(None))
        .order_by(key, Customer.id)
        .limit(KEYS_MAX * BLOCK_MAX)
    )
    blocks: dict[Any, list[Member]] = {}
    for each, *member in rows:
        blocks.setdefault(each, []).append(Member(*member))
    alike = {
        each: [(a, b) for a, b in pairs_of(members) if _score(a, b) > 0]
        for each, members in blocks.items()
    }
    both = {(a.id, b.id) for pairs in alike.values() for a, b in pairs}
    open_ones = await _undecided(session, "customer", both)
    phones = await _having(session, CustomerPhone.customer_id, CustomerPhone.number, both)
    homes = await _having(session, ServiceAccount.customer_id, ServiceAccount.premise_id, both)
    told = {
        each: [_pair(a, b, phones, homes) for a, b in pairs if (a.id, b.id) in open_ones]
        for each, pairs in alike.items()
    }
    return _until_enough(found, told, enough)


def _until_enough(found: Shared, told: dict[Any, list[Pair]], enough: int) -> Part:
    """Whole blocks in their order; what is left over begins the next look."""
    taken: list[Pair] = []
    for key in found.keys:
        shown = [one for one in told.get(key, ()) if one.likeness.score >= SHOWN_SCORE_MIN]
        taken += shown
        if len(taken) >= enough and key != found.keys[-1]:
            return taken, found.ends[key]
    return taken, found.ends.get(found.last) if found.last is not None else None


def _score(first: Member, second: Member) -> float:
    return _likeness(first, second, True, True).score


def _likeness(first: Member, second: Member, telephone: bool, premise: bool) -> Likeness:
    alike = first.initials == second.initials != ""
    return customers_alike(
        first.name, second.name, initials_same=alike, telephone=telephone, premise=premise
    )


def _pair(first: Member, second: Member, phones: "_Having", homes: "_Having") -> Pair:
    ids = first.id, second.id
    alike = _likeness(first, second, _together(phones, *ids), _together(homes, *ids))
    return Pair("customer", *ids, alike)


_Having = dict[int, set[Any]]


async def _having(
    session: AsyncSession, owner: Any, column: Any, pairs: Iterable[tuple[int, int]]
) -> _Having:
    """What each of them has."""
    ids = {each for pair in pairs for each in pair}
    found: _Having = {}
    for customer_id, value in await session.execute(select(owner, column).where(owner.in_(ids))):
        found.setdefault(customer_id, set()).add(value)
    return found


def _together(having: _Having, first: int, second: int) -> bool:
    return bool(having.get(first, set()) & having.get(second, set()))


async def _undecided(
    session: AsyncSession, what: What, pairs: Iterable[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Those that nobody has decided about."""
    keys = {f"{what}:{low}:{high}": (low, high) for low, high in pairs}
    decided = await session.scalars(
        select(DuplicateDecision.open_key).where(DuplicateDecision.open_key.in_(keys))
    )
    for key in decided:
        keys.pop(str(key))
    return set(keys.values())


async def _of_one_room(session: AsyncSession, place: Place, enough: int) -> Part:
    found = await shared(session, Premise, Premise.node_id, place.after)
    if not found.keys:
        return _until_enough(found, {}, enough)
    rows = await session.scalars(
        select(Premise)
        .join(AddressNode, AddressNode.id == Premise.node_id)
        .where(
            Premise.node_id.in_(found.keys),
            AddressNode.level == "room",
            Premise.merged_into_id.is_(None),
        )
        .order_by(Premise.node_id, Premise.id)
        .limit(KEYS_MAX * BLOCK_MAX)
    )
    rooms: dict[int, list[Premise]] = {}
    for premise in rows:
        rooms.setdefault(premise.node_id, []).append(premise)
    both = {room: _couples(of_room) for room, of_room in rooms.items()}
    ids = {(a.id, b.id) for couples in both.values() for a, b in couples}
    open_ones = await _undecided(session, "premise", ids)
    told = {
        room: [_same_room(a, b) for a, b in couples if (a.id, b.id) in open_ones]
        for room, couples in both.items()
    }
    return _until_enough(found, told, enough)


def _couples(rows: Sequence[Premise]) -> list[tuple[Premise, Premise]]:
    few = rows[:BLOCK_MAX]
    return [(one, other) for index, one in enumerate(few) for other in few[index + 1 :]]


def _same_room(first: Premise, second: Premise) -> Pair:
    alike = premises_alike(first.address_zh, second.address_zh, same_node=True, read_as=0.0)
    return Pair("premise", first.id, second.id, alike)


async def _read_anew(session: AsyncSession, place: Place, enough: int) -> Part:
    """Premises that hang at an area instead of a room: their words may say which room."""
    behind = select(Premise.id).where(Premise.id > place.after).order_by(Premise.id)
    end = await session.scalar(behind.offset(PLACES_MAX - 1).limit(1))
    rough = (
        behind.join(AddressNode, AddressNode.id == Premise.node_id)
        .where(AddressNode.level != "room", Premise.merged_into_id.is_(None))
        .limit(ROUGH_MAX)
    )
    ids = list(await session.scalars(rough if end is None else rough.where(Premise.id <= end)))
    found: list[Pair] = []
    for premise_id in ids:
        found += await _read_as(session, await session.get_one(Premise, premise_id))
        if len(found) >= enough:
            return found, premise_id
    return found, ids[-1] if len(ids) == ROUGH_MAX else end


async def _read_as(session: AsyncSession, premise: Premise) -> list[Pair]:
    resolved = await addresses.resolve(session, premise.address_zh)
    rooms = {one.node_id: one.score for one in resolved.found if one.level == "room"}
    there = select(Premise).where(Premise.node_id.in_(rooms), Premise.merged_into_id.is_(None))
    pairs = {
        (min(premise.id, other.id), max(premise.id, other.id)): other
        for other in await session.scalars(there.limit(LIMIT_MAX))
    }
    open_ones = await _undecided(session, "premise", pairs)
    read = [_pair_of(premise, other, rooms[other.node_id]) for other in pairs.values()]
    return [
        one
        for one in read
        if (one.first_id, one.second_id) in open_ones and one.likeness.score >= SHOWN_SCORE_MIN
    ]


_LOOKS: Final = {
    "telephone": _by_telephone, "home": _by_home, "room": _of_one_room, "rough": _read_anew,
}  # fmt: skip


async def history(session: AsyncSession, *, limit: int = HISTORY_MAX) -> list[DuplicateDecision]:
    """What was decided, the newest first."""
    newest = select(DuplicateDecision).order_by(
        DuplicateDecision.at.desc(), DuplicateDecision.id.desc()
    )
    return list(await session.scalars(newest.limit(min(limit, HISTORY_MAX))))


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
