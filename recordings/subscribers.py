"""What the recordings learn from the journal. Idempotent, and in any order."""

from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.ids import call_of
from mainline.journal import Event, Handler
from mainline.journal.call_events import MessageLeft, RecordingStarted
from mainline.log import get_logger
from recordings.models import CALL, MESSAGE, Recording, RecordingSegment
from recordings.segments import parse_message, parse_name
from recordings.store import new_path

_log = get_logger("recordings")


async def on_recording_started(session: AsyncSession, event: Event) -> None:
    """Note the segment."""
    started = cast(RecordingStarted, event)
    call_id = call_of(started.subject)
    if parse_name(started.file) is None:
        _log.warning("recording.strange_name", call=call_id)
        return
    recording = await recording_of(session, call_id, started.at)
    await note_segment(session, recording, started.segment, started.file, started.at)


async def on_message_left(session: AsyncSession, event: Event) -> None:
    """A message is kept apart from the call's recording, so that it can be heard by itself."""
    left = cast(MessageLeft, event)
    if parse_message(left.file) is None:
        _log.warning("recording.strange_name", call=call_of(left.subject))
        return
    message = await recording_of(session, call_of(left.subject), left.at, kind=MESSAGE)
    message.ended_at, message.channels = left.at, 1
    await note_segment(session, message, 0, left.file, left.at)


async def on_answered(session: AsyncSession, event: Event) -> None:
    """Talks with agents are kept by another rule than the rest."""
    (await recording_of(session, call_of(event.subject), event.at)).answered = True


async def on_ended(session: AsyncSession, event: Event) -> None:
    """From now on the segments may be joined."""
    (await recording_of(session, call_of(event.subject), event.at)).ended_at = event.at


async def note_segment(
    session: AsyncSession, recording: Recording, number: int, file: str, started_at: datetime
) -> None:
    """Know of a raw file; a second time changes nothing."""
    known = select(RecordingSegment.id).where(RecordingSegment.file == file)
    if await session.scalar(known) is not None:
        return
    session.add(
        RecordingSegment(recording_id=recording.id, number=number, file=file, started_at=started_at)
    )
    recording.started_at = await _first_sound(session, recording, started_at)


async def _first_sound(
    session: AsyncSession, recording: Recording, started_at: datetime
) -> datetime:
    """The earliest segment's start: position zero of the recording."""
    earliest = await session.scalar(
        select(func.min(RecordingSegment.started_at)).where(
            RecordingSegment.recording_id == recording.id
        )
    )
    return min(earliest, started_at) if earliest else started_at


async def recording_of(
    session: AsyncSession, call_id: str, at: datetime, *, kind: str = CALL
) -> Recording:
    """The call's recording, begun when there is none."""
    found = await session.scalar(
        select(Recording).where(Recording.call_id == call_id, Recording.kind == kind)
    )
    if found is None:
        found = Recording(call_id=call_id, kind=kind, started_at=at, path=new_path(at))
        session.add(found)
        await session.flush()
    return found


CONSUMERS: dict[str, dict[str, Handler]] = {
    "recordings": {
        "recording.started": on_recording_started,
        "message.left": on_message_left,
        "agent.answered": on_answered,
        "call.ended": on_ended,
    }
}
