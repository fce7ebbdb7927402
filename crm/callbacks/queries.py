"""Which call-backs there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.models import Callback
from crm.callbacks.service import HELD, OPEN
from mainline.db import at_most

_LISTS: Final[Mapping[bool | None, Select[Callback]]] = {
    True: select(Callback)
    .where(Callback.state.in_(OPEN))
    .order_by(Callback.priority.desc(), Callback.since, Callback.id)
    .limit(at_most()),
    False: select(Callback)
    .where(~Callback.state.in_(OPEN))
    .order_by(Callback.id.desc())
    .limit(at_most()),
    None: select(Callback).order_by(Callback.id.desc()).limit(at_most()),
}
_BY_QUEUE: Final = (
    select(
        Callback.queue, func.count(),
        func.min(Callback.since).filter(Callback.due_at <= bindparam("at")),
    )
    .where(Callback.state.in_(OPEN))
    .group_by(Callback.queue)
)  # fmt: skip


async def find(
    session: AsyncSession, *, is_open: bool | None = True, limit: int = 100
) -> list[Callback]:
    """Open ones as they stand in line; ended ones and all, the newest first."""
    return list(await session.scalars(_LISTS[is_open], {"limit": limit}))


@dataclass(frozen=True, slots=True)
class Promised:
    """How many a queue has promised, and since when the oldest that is due has its place."""

    open: int = 0
    oldest: datetime | None = None


async def by_queue(session: AsyncSession, at: datetime) -> dict[str, Promised]:
    """The open ones of each queue."""
    rows = await session.execute(_BY_QUEUE, {"at": at})
    return {queue: Promised(number, since) for queue, number, since in rows}


async def due(session: AsyncSession, at: datetime, *, limit: int = 500) -> Sequence[Callback]:
    """Those that may be called at that moment, in line."""
    wanted = (
        select(Callback)
        .where(Callback.state == "waiting", Callback.next_at <= at, Callback.expires_at > at)
        .where(~HELD)
        .order_by(Callback.priority.desc(), Callback.since, Callback.id)
        .limit(limit)
    )
    return (await session.scalars(wanted)).all()


async def expired(session: AsyncSession, at: datetime, *, limit: int = 100) -> Sequence[int]:
    """Those whose time is over."""
    wanted = (
        select(Callback.id)
        .where(Callback.state == "waiting", Callback.expires_at <= at)
        .where(~HELD)
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
