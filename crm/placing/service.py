"""Place an address that waits, put it aside, undo either; each with who and when.

A room has one premise: when it has one already, the two become one as duplicates do.
"""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.customers.models import Premise
from crm.duplicates import service as duplicates
from crm.duplicates.models import DuplicateDecision
from crm.migration.addressing import HELD, Home, Node, Tree
from crm.placing import queries
from crm.placing.events import AddressPlaced, AddressPutAside, AddressWaitsAgain
from crm.placing.models import PlacingDecision
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

_PLACE: Final = ("node_id", "path", "address_zh", "address_en")


class NotWaiting(MainlineError):
    """Somebody was faster."""

    code = "address-decided"
    words = Text("This address has been decided already. Please look again.")


class NoLongerMeant(MainlineError):
    """The tree has changed since the page was drawn."""

    code = "place-not-offered"
    words = Text("This place is no longer among those that may be meant. Please look again.")


class PlacedOnwards(MainlineError):
    """The premise was changed after it had been placed."""

    code = "placed-onwards"
    words = Text("The premise has been changed since it was placed. Undo that first.")


async def place(
    session: AsyncSession, premise_id: int, key: str, *, by: str, text: str = ""
) -> PlacingDecision:
    """It is this one of the places that its address, or ``text`` instead of it, may mean."""
    premise = await _waiting(session, premise_id)
    offered = await queries.choices(session, text.strip() or premise.address_zh)
    home = next((one.home for one in offered if one.key == key), None)
    if home is None:
        raise NoLongerMeant
    decision = await _decide(session, premise, "placed", by)
    node = (await Tree().nodes(session, [home]))[0]
    kept = await _of_room(session, node, home)
    if kept is not None:
        merge = await duplicates.merge(session, "premise", kept.id, premise.id, by=by)
        decision.merge_id, decision.address = merge.id, kept.address_zh
    else:
        _move(premise, _placed(node, home))
        decision.became, decision.address = _present(premise), premise.address_zh
    await append(session, AddressPlaced(
        subject=f"premise:{premise_id}", by=by, node_id=node.id, kept_id=kept.id if kept else None,
    ))  # fmt: skip
    return decision


async def put_aside(session: AsyncSession, premise_id: int, *, by: str) -> PlacingDecision:
    """Nobody can tell; it is not proposed again."""
    decision = await _decide(session, await _waiting(session, premise_id), "aside", by)
    await append(session, AddressPutAside(subject=f"premise:{premise_id}", by=by))
    return decision


async def undo(session: AsyncSession, decision_id: int, *, by: str) -> PlacingDecision:
    """It waits again, exactly as it did."""
    wanted = select(PlacingDecision).where(PlacingDecision.id == decision_id).with_for_update()
    decision = await session.scalar(wanted)
    if decision is None:
        raise NotFound("decision")
    if decision.undone_at is not None:
        raise NotWaiting
    if decision.merge_id is not None:
        await _part(session, decision.merge_id, by)
    elif decision.verdict == "placed":
        await _back(session, decision)
    decision.undone_at, decision.undone_by, decision.open_id = now(), by, None
    await append(session, AddressWaitsAgain(subject=f"premise:{decision.premise_id}", by=by))
    await session.flush()
    return decision


async def _part(session: AsyncSession, merge_id: int, by: str) -> None:
    """The two are two again, if nobody has parted them on the page of duplicates."""
    merge = await session.get_one(DuplicateDecision, merge_id)
    if merge.undone_at is None:
        await duplicates.undo(session, merge_id, by=by)


async def _back(session: AsyncSession, decision: PlacingDecision) -> None:
    premise = await session.get_one(Premise, decision.premise_id, with_for_update=True)
    if premise.merged_into_id is not None or _present(premise) != decision.became:
        raise PlacedOnwards
    _move(premise, decision.was)


async def _waiting(session: AsyncSession, premise_id: int) -> Premise:
    premise = await session.get(Premise, premise_id, with_for_update=True)
    if premise is None:
        raise NotFound("premise")
    node = await session.get_one(AddressNode, premise.node_id)
    if node.level != HELD or premise.merged_into_id is not None:
        raise NotWaiting
    return premise


async def _decide(
    session: AsyncSession, premise: Premise, verdict: str, by: str
) -> PlacingDecision:
    """Written before anything moves: of two who decide at once, one is refused."""
    decision = PlacingDecision(
        premise_id=premise.id, open_id=premise.id, verdict=verdict, typed=premise.address_zh,
        was=_present(premise), by=by, at=now(),
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(decision)
    except IntegrityError as error:
        raise NotWaiting from error
    return decision


async def _of_room(session: AsyncSession, node: Node, home: Home) -> Premise | None:
    """The premise that the room has already."""
    if not home.room or node.new:
        return None
    there = select(Premise).where(Premise.node_id == node.id, Premise.merged_into_id.is_(None))
    return await session.scalar(there.order_by(Premise.id).limit(1))


def _placed(node: Node, home: Home) -> dict[str, Any]:
    return {
        "node_id": node.id, "path": node.path, "address_zh": home.address_zh,
        "address_en": home.address_en,
    }  # fmt: skip


def _present(premise: Premise) -> dict[str, Any]:
    return {name: getattr(premise, name) for name in _PLACE}


def _move(premise: Premise, where: dict[str, Any]) -> None:
    for name, value in where.items():
        setattr(premise, name, value)
