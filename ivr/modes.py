"""Night, holiday and emergency by hand: set by a leader, heard by the next caller."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.hours import Mode
from ivr.models import LineMode
from mainline.acting import because
from mainline.clock import now
from mainline.errors import Invalid
from mainline.journal import append
from mainline.journal.floor_events import LineModeSet

BY_TIME = "time"
"""Who gives a line back when the end that the leader set has come."""

_BY_HAND: Final = select(LineMode).where(
    or_(LineMode.until.is_(None), LineMode.until > bindparam("now"))
)
"""Each call asks: put together once, not each time."""


async def modes(session: AsyncSession) -> dict[str, Mode]:
    """The lines that do not follow the calendar now."""
    return {row.dnis: row.mode for row in await by_hand(session)}


async def by_hand(session: AsyncSession) -> list[LineMode]:
    """The same, with the end of each; what has passed counts no longer."""
    return list(await session.scalars(_BY_HAND, {"now": now()}))


async def set_mode(
    session: AsyncSession,
    *,
    dnis: str,
    mode: Mode,
    by: str,
    until: datetime | None = None,
    why: str = "",
) -> None:
    """Answer the line so from now on; ``auto`` gives it back to the calendar."""
    if until is not None and (mode == "auto" or until <= now()):
        raise Invalid("until")
    because(session, why)
    row = await session.get(LineMode, dnis)
    if mode == "auto":
        if row is not None:
            await session.delete(row)
    elif row is None:
        session.add(LineMode(dnis=dnis, mode=mode, until=until))
    else:
        row.mode, row.until = mode, until
    fact = LineModeSet(subject=f"line:{dnis}", mode=mode, by=by, until=until, why=why)
    await append(session, fact)


async def over(session: AsyncSession) -> list[LineMode]:
    """Lines whose time is over and who stand in the books still."""
    return list(await session.scalars(select(LineMode).where(LineMode.until <= now())))


async def give_back(session: AsyncSession) -> list[str]:
    """Lines whose time is over follow the calendar again, and the books say so."""
    lines = await over(session)
    for row in lines:
        await session.delete(row)
        subject = f"line:{row.dnis}"
        await append(session, LineModeSet(subject=subject, mode="auto", by=BY_TIME))
    return [row.dnis for row in lines]
