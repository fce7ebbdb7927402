"""Which call-backs there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.models import Callback
from crm.callbacks.service import OPEN


async def find(
    session: AsyncSession, *, is_open: bool | None = True, limit: int = 100
) -> list[Callback]:
    """Open ones as they stand in line; ended ones and all, the newest first."""
    wanted = select(Callback).limit(limit)
    if is_open is not None:
        states = Callback.state.in_(OPEN)
        wanted = wanted.where(states if is_open else ~states)
    if is_open:
        wanted = wanted.order_by(Callback.priority.desc(), Callback.since, Callback.id)
    else:
        wanted = wanted.order_by(Callback.id.desc())
    return list(await session.scalars(wanted))


@dataclass(frozen=True, slots=True)
class Promised:
    """How many a queue has promised, and since when the oldest that is due has its place."""

    open: int = 0
    oldest: datetime | None = None


async def by_queue(session: AsyncSession, at: datetime) -> dict[str, Promised]:
    """The open ones of each queue."""
    oldest = func.min(Callback.since).filter(Callback.due_at <= at)
    wanted = select(Callback.queue, func.count(), oldest).where(Callback.state.in_(OPEN))
    rows = await session.execute(wanted.group_by(Callback.queue))
    return {queue: Promised(number, since) for queue, number, since in rows}


async def due(session: AsyncSession, at: datetime, *, limit: int = 500) -> Sequence[Callback]:
    """Those that may be called at that moment, in line."""
    wanted = (
        select(Callback)
        .where(Callback.state == "waiting", Callback.next_at <= at, Callback.expires_at > at)
        .where(Callback.own_call_id.is_(None))
        .order_by(Callback.priority.desc(), Callback.since, Callback.id)
        .limit(limit)
    )
    return (await session.scalars(wanted)).all()


async def expired(session: AsyncSession, at: datetime, *, limit: int = 100) -> Sequence[int]:
    """Those whose time is over."""
    wanted = (
        select(Callback.id)
        .where(Callback.state == "waiting", Callback.expires_at <= at)
        .where(Callback.own_call_id.is_(None))
        .limit(limit)
    )
    return (await session.scalars(wanted)).all()


async def calling(session: AsyncSession, *, limit: int = 500) -> Sequence[Callback]:
    """Those who are being called."""
    wanted = select(Callback).where(Callback.state == "calling").order_by(Callback.id).limit(limit)
    return (await session.scalars(wanted)).all()


async def of_attempt(session: AsyncSession, call_id: str) -> Callback | None:
    """The call-back that this call is."""
    found: Callback | None = await session.scalar(
        select(Callback).where(Callback.attempt_call_id == call_id)
    )
    return found
