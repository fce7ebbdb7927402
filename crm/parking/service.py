"""Slots: taken, looked at, given back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.parking.models import ParkedCall
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text

SLOTS: Final = range(701, 800)
ON_THE_WAY: Final = timedelta(seconds=30)
"""A slot in which nobody arrived in that time is free again."""


class AllSlotsTaken(MainlineError):
    """There is no room for another parked customer."""

    code = "no-slot"
    words = Text("All parking slots are taken.")


@dataclass(frozen=True, slots=True)
class Slot:
    """A customer in a slot."""

    slot: int
    call_id: str
    agent: str
    team: str
    queue: str
    since: datetime


async def take_slot(
    session: AsyncSession, call_id: str, *, agent: str, team: str, queue: str
) -> int:
    """The first free slot, kept for this call; the same one when it has one already."""
    await session.execute(
        delete(ParkedCall).where(
            ParkedCall.parked_at.is_(None), ParkedCall.reserved_at < now() - ON_THE_WAY
        )
    )
    taken = {row.slot: row.call_id for row in await session.scalars(select(ParkedCall))}
    own = next((slot for slot, call in taken.items() if call == call_id), None)
    if own is not None:
        return own
    free = next((slot for slot in SLOTS if slot not in taken), None)
    if free is None:
        raise AllSlotsTaken
    row = ParkedCall(slot=free, call_id=call_id, agent=agent, team=team, queue=queue)
    row.reserved_at = now()
    session.add(row)
    await session.flush()
    return free


async def arrived(session: AsyncSession, call_id: str, at: datetime) -> None:
    """The customer is in the slot; a call that nobody expected has none."""
    row = await _of(session, call_id)
    if row is not None:
        row.parked_at = at


async def free_slot(session: AsyncSession, call_id: str) -> None:
    """The customer has left the slot; harmless when they have."""
    await session.execute(delete(ParkedCall).where(ParkedCall.call_id == call_id))


async def with_slot(session: AsyncSession, calls: Collection[str]) -> set[str]:
    """Which of these calls have a slot, reached or only kept for them."""
    wanted = select(ParkedCall.call_id).where(ParkedCall.call_id.in_(calls))
    return set(await session.scalars(wanted))


async def parked(session: AsyncSession) -> list[Slot]:
    """Who waits in which slot, by slot."""
    rows = await session.scalars(
        select(ParkedCall).where(ParkedCall.parked_at.is_not(None)).order_by(ParkedCall.slot)
    )
    return [_told(row) for row in rows]


async def in_slot(session: AsyncSession, slot: int) -> Slot:
    """Who is in this slot; NotFound when nobody is."""
    row = await session.get(ParkedCall, slot)
    if row is None or row.parked_at is None:
        raise NotFound("slot")
    return _told(row)


def concerns(slot: Slot, *, agent: str, team: str, queues: Mapping[str, int]) -> bool:
    """Whether an agent is of the group that this customer was parked for."""
    same_team = bool(team) and slot.team == team
    return agent == slot.agent or same_team or slot.queue in queues


async def _of(session: AsyncSession, call_id: str) -> ParkedCall | None:
    found: ParkedCall | None = await session.scalar(
        select(ParkedCall).where(ParkedCall.call_id == call_id)
    )
    return found


def _told(row: ParkedCall) -> Slot:
    since = row.parked_at or row.reserved_at
    return Slot(row.slot, row.call_id, row.agent, row.team, row.queue, since)
