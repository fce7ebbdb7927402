"""What a crash left: calls without an end, sound nobody told of, files already joined."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.log import get_logger
from recordings.models import CALL, MESSAGE, PENDING, Recording, RecordingSegment
from recordings.segments import (
    RAW_STEREO,
    WAV_MONO,
    Form,
    parse_message,
    parse_name,
    seconds,
)
from recordings.subscribers import Segment, note_segments, recording_of

LEFTOVER_S: Final = 600.0
"""A channel without sound for 300 s is hung up (rtp_timeout_hold): after 600 s nobody writes."""
BATCH: Final = 200

_log = get_logger("recordings")


def quiet_s(path: Path) -> float:
    """For how long the file has not grown."""
    return now().timestamp() - path.stat().st_mtime


def written_at(path: Path) -> datetime:
    """When its last sound was written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def began_at(path: Path, form: Form) -> datetime:
    """When its first sound was written, as far as its length tells."""
    length_s = seconds(form.frames_in(path.stat().st_size))
    return written_at(path) - timedelta(seconds=length_s)


class Sweep:
    """Runs now and then; each part is harmless when there is nothing to do."""

    def __init__(
        self, database: Database, settings: Settings, *, leftover_s: float = LEFTOVER_S
    ) -> None:
        self._database, self._incoming = database, settings.recordings_incoming
        self._leftover_s = leftover_s

    async def step(self) -> None:
        """Sweep once."""
        if not self._incoming.is_dir():
            return
        await self._drop_joined()
        for path in self._files():
            if quiet_s(path) > self._leftover_s:
                await self._adopt(path)
        await self._end_calls_without_end()

    def _files(self) -> list[Path]:
        return [path for path in sorted(self._incoming.iterdir()) if path.is_file()][:BATCH]

    async def _drop_joined(self) -> None:
        """The crash came between the commit and the removal."""
        names = [path.name for path in self._files()]
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RecordingSegment.file).where(
                    RecordingSegment.file.in_(names), RecordingSegment.joined.is_(True)
                )
            )
            joined = list(rows)
        for name in joined:
            (self._incoming / name).unlink(missing_ok=True)

    async def _adopt(self, path: Path) -> None:
        """Sound without a fact: Asterisk's record was lost; the name still tells the call."""
        if (named := parse_name(path.name)) is not None:
            await self._adopt_as(path, CALL, RAW_STEREO, *named)
        elif (call_id := parse_message(path.name)) is not None:
            await self._adopt_as(path, MESSAGE, WAV_MONO, call_id, 0)

    async def _adopt_as(self, path: Path, kind: str, form: Form, call_id: str, number: int) -> None:
        started_at = began_at(path, form)
        async with self._database.unit_of_work() as session:
            known = select(RecordingSegment.id).where(RecordingSegment.file == path.name)
            if await session.scalar(known) is not None:
                return
            recording = await recording_of(session, call_id, started_at, kind=kind)
            recording.channels = form.channels
            await note_segments(session, [Segment(recording, number, path.name, started_at)])
        _log.warning("recording.adopted", call=call_id)

    async def _end_calls_without_end(self) -> None:
        """Asterisk was killed in the call: it ended when the last sound was written."""
        before = now() - timedelta(seconds=self._leftover_s)
        async with self._database.unit_of_work() as session:
            rows = await session.scalars(
                select(Recording)
                .where(Recording.state == PENDING, Recording.ended_at.is_(None))
                .where(Recording.started_at < before)
                .limit(BATCH)
            )
            for recording in list(rows):
                segments = await session.scalars(
                    select(RecordingSegment).where(RecordingSegment.recording_id == recording.id)
                )
                recording.ended_at = self._end(list(segments), recording.started_at)

    def _end(self, segments: list[RecordingSegment], started_at: datetime) -> datetime | None:
        """When the last sound was written; None while a file may still grow."""
        there = [path for row in segments if (path := self._incoming / row.file).is_file()]
        if any(quiet_s(path) <= self._leftover_s for path in there):
            return None
        return max(map(written_at, there), default=started_at)
