"""What the recordings learn from the journal. Idempotent, and in any order."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self, cast

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handlers
from mainline.journal.call_events import MessageLeft, RecordingStarted
from mainline.log import get_logger
from recordings.models import CALL, MESSAGE, Recording, RecordingSegment
from recordings.segments import parse_message, parse_name
from recordings.store import new_path

_log = get_logger("recordings")


@dataclass(frozen=True, slots=True)
class Segment:
    """A raw file that is part of a recording."""

    recording: Recording
    number: int
    file: str
    started_at: datetime


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Segments begin, messages are left, agents answer, calls end."""
    book = await _Book.of(session, {call_of(event.subject) for event in events})
    for event in events:
        _TAKE[event.kind](book, event)
    await session.flush()
    await note_segments(session, book.segments)


class _Book:
    """The recordings of the batch's calls, looked up once, and the files that become known."""

    def __init__(self, session: AsyncSession, known: Iterable[Recording]) -> None:
        self._session = session
        self._known = {(row.call_id, row.kind): row for row in known}
        self.segments: list[Segment] = []

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
            self._session.add(self._known[key])
        return self._known[key]


def _on_recording_started(book: _Book, event: Event) -> None:
    """Note the segment."""
    started = cast(RecordingStarted, event)
    if parse_name(started.file) is None:
        _log.warning("recording.strange_name", call=call_of(started.subject))
        return
    recording = book.recording(started)
    book.segments.append(Segment(recording, started.segment, started.file, started.at))


def _on_message_left(book: _Book, event: Event) -> None:
    """A message is kept apart from the call's recording, so that it can be heard by itself."""
    left = cast(MessageLeft, event)
    if parse_message(left.file) is None:
        _log.warning("recording.strange_name", call=call_of(left.subject))
        return
    message = book.recording(left, MESSAGE)
    message.ended_at, message.channels = left.at, 1
    book.segments.append(Segment(message, 0, left.file, left.at))


def _on_answered(book: _Book, event: Event) -> None:
    """Talks with agents are kept by another rule than the rest."""
    book.recording(event).answered = True


def _on_ended(book: _Book, event: Event) -> None:
    """From now on the segments may be joined."""
    book.recording(event).ended_at = event.at


async def note_segments(session: AsyncSession, segments: Sequence[Segment]) -> None:
    """Know of raw files; a second time changes nothing. The recordings have their ids."""
    if not segments:
        return
    known = await _known(session, segments)
    for new in segments:
        if new.file not in known:
            known[new.file] = (new.recording.id, new.started_at)
            session.add(_row(new))
    for recording in {segment.recording.id: segment.recording for segment in segments}.values():
        began = [at for of, at in known.values() if of == recording.id]
        recording.started_at = min(began, default=recording.started_at)


async def _known(
    session: AsyncSession, segments: Sequence[Segment]
) -> dict[str, tuple[int, datetime]]:
    """Of these files and of all of these recordings: whose each is, and when it began."""
    row = RecordingSegment
    stored = await session.execute(
        select(row.file, row.recording_id, row.started_at).where(
            or_(
                row.file.in_({segment.file for segment in segments}),
                row.recording_id.in_({segment.recording.id for segment in segments}),
            )
        )
    )
    return {file: (recording_id, at) for file, recording_id, at in stored}


def _row(segment: Segment) -> RecordingSegment:
    return RecordingSegment(
        recording_id=segment.recording.id, number=segment.number,
        file=segment.file, started_at=segment.started_at,
    )  # fmt: skip


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


_TAKE: Final[Mapping[str, Callable[[_Book, Event], None]]] = {
    "recording.started": _on_recording_started,
    "message.left": _on_message_left,
    "agent.answered": _on_answered,
    "call.ended": _on_ended,
}
CONSUMERS: dict[str, Handlers] = {"recordings": AtOnce(_TAKE, take_in)}
