"""Night and emergency by hand: set by a leader, heard by the next caller."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.hours import Mode
from ivr.models import LineMode
from mainline.journal import append
from mainline.journal.call_events import LineModeSet


async def modes(session: AsyncSession) -> dict[str, Mode]:
    """The lines that do not follow the calendar."""
    return {row.dnis: row.mode for row in await session.scalars(select(LineMode))}


async def set_mode(session: AsyncSession, *, dnis: str, mode: Mode, by: str) -> None:
    """Answer the line so from now on; ``auto`` gives it back to the calendar."""
    row = await session.get(LineMode, dnis)
    if mode == "auto":
        if row is not None:
            await session.delete(row)
    elif row is None:
        session.add(LineMode(dnis=dnis, mode=mode))
    else:
        row.mode = mode
    await append(session, LineModeSet(subject=f"line:{dnis}", mode=mode, by=by))
