"""What can be asked of the recordings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.errors import NotFound
from recordings.models import CALL, Recording, RecordingAccess

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings; None asks for nothing in particular."""

    call_id: str | None = None
    kind: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    short: bool | None = None


async def find(
    session: AsyncSession,
    wanted: Wanted,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Recording]:
    """Newest first; ``after`` is the place of the last one seen."""
    statement = _matching(wanted)
    if after is not None:
        statement = statement.where(tuple_(Recording.started_at, Recording.id) < after)
    order = (Recording.started_at.desc(), Recording.id.desc())
    rows = await session.scalars(statement.order_by(*order).limit(min(limit, LIMIT_MAX)))
    return list(rows)


def _matching(wanted: Wanted) -> Select[Recording]:
    statement = select(Recording)
    if wanted.call_id is not None:
        statement = statement.where(Recording.call_id == wanted.call_id)
    if wanted.kind is not None:
        statement = statement.where(Recording.kind == wanted.kind)
    if wanted.state is not None:
        statement = statement.where(Recording.state == wanted.state)
    if wanted.since is not None:
        statement = statement.where(Recording.started_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Recording.started_at < wanted.until)
    if wanted.short is not None:
        statement = statement.where(Recording.short.is_(wanted.short))
    return statement


async def get(session: AsyncSession, recording_id: int) -> Recording:
    """That recording, in whatever state."""
    found = await session.get(Recording, recording_id)
    if found is None:
        raise NotFound(f"recording {recording_id}")
    return found


async def of_call(session: AsyncSession, call_id: str, kind: str = CALL) -> Recording | None:
    """The recording of a call, or the message left in it."""
    found: Recording | None = await session.scalar(
        select(Recording).where(Recording.call_id == call_id, Recording.kind == kind)
    )
    return found


async def accesses(
    session: AsyncSession, recording_id: int, *, limit: int = 100
) -> list[RecordingAccess]:
    """Who heard it, newest first."""
    rows = await session.scalars(
        select(RecordingAccess)
        .where(RecordingAccess.recording_id == recording_id)
        .order_by(RecordingAccess.id.desc())
        .limit(limit)
    )
    return list(rows)
