"""What the recordings learn from the journal. Idempotent, and in any order."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Self, cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handlers
from mainline.journal.call_events import MessageLeft, RecordingStarted
from mainline.log import get_logger
from recordings.models import CALL, MESSAGE, Recording, RecordingSegment
from recordings.segments import parse_message, parse_name
from recordings.store import new_path

_log = get_logger("recordings")


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Segments begin, messages are left, agents answer, calls end."""
    book = await _Book.of(session, {call_of(event.subject) for event in events})
    for event in events:
        await _TAKE[event.kind](book, event)


class _Book:
    """The recordings of the batch's calls, looked up once."""

    def __init__(self, session: AsyncSession, known: Iterable[Recording]) -> None:
        self.session = session
        self._known = {(row.call_id, row.kind): row for row in known}

    @classmethod
    async def of(cls, session: AsyncSession, calls: Collection[str]) -> Self:
        """For facts of these calls."""
        rows = await session.scalars(select(Recording).where(Recording.call_id.in_(calls)))
        return cls(session, rows)

    def recording(self, event: Event, kind: str = CALL) -> Recording:
        """The call's recording, begun when there is none."""
        key = (call_of(event.subject), kind)
        if key not in self._known:
            self._known[key] = _new(key[0], event.at, kind)
            self.session.add(self._known[key])
        return self._known[key]


async def _on_recording_started(book: _Book, event: Event) -> None:
    """Note the segment."""
    started = cast(RecordingStarted, event)
    if parse_name(started.file) is None:
        _log.warning("recording.strange_name", call=call_of(started.subject))
        return
    recording = book.recording(started)
    await note_segment(book.session, recording, started.segment, started.file, started.at)


async def _on_message_left(book: _Book, event: Event) -> None:
    """A message is kept apart from the call's recording, so that it can be heard by itself."""
    left = cast(MessageLeft, event)
    if parse_message(left.file) is None:
        _log.warning("recording.strange_name", call=call_of(left.subject))
        return
    message = book.recording(left, MESSAGE)
    message.ended_at, message.channels = left.at, 1
    await note_segment(book.session, message, 0, left.file, left.at)


async def _on_answered(book: _Book, event: Event) -> None:
    """Talks with agents are kept by another rule than the rest."""
    book.recording(event).answered = True


async def _on_ended(book: _Book, event: Event) -> None:
    """From now on the segments may be joined."""
    book.recording(event).ended_at = event.at


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
        found = _new(call_id, at, kind)
        session.add(found)
        await session.flush()
    return found


def _new(call_id: str, at: datetime, kind: str) -> Recording:
    return Recording(call_id=call_id, kind=kind, started_at=at, path=new_path(at))


_TAKE: Final[Mapping[str, Callable[[_Book, Event], Awaitable[None]]]] = {
    "recording.started": _on_recording_started,
    "message.left": _on_message_left,
    "agent.answered": _on_answered,
    "call.ended": _on_ended,
}
CONSUMERS: dict[str, Handlers] = {"recordings": AtOnce(_TAKE, take_in)}
