"""The worker's part: join what has ended, sweep what a crash left, watch the disk.

Files are joined outside of any transaction; then one unit of work writes the row and the fact; only
then do the raw files go. A crash at any point leaves work that is done again with the same result.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database, any_of
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import RecordingStored
from mainline.log import get_logger
from recordings.join import Joined, join, sync_folder
from recordings.models import (
    CALL,
    MESSAGE,
    MISSING,
    PENDING,
    STORED,
    Recording,
    RecordingSegment,
)
from recordings.retention import Retention
from recordings.segments import RAW_STEREO, WAV_MONO, Form, Segment, lay_out
from recordings.store import FREE_SHARE_MIN, free_share, located
from recordings.sweep import Sweep, quiet_s
from recordings.wav import repair

QUIET_S: Final = 1.0
"""A raw file that has not grown for so long after the call's end is complete."""
PATIENCE_S: Final = 60.0
"""How long after the call's end its files may still be written, or fail to appear."""
TOLERANCE_S: Final = 0.5
POLL_S: Final = 0.5
SWEEP_EVERY_S: Final = 60.0
BATCH: Final = 20

_DUE: Final = (
    select(Recording)
    .where(Recording.state == PENDING, Recording.ended_at.is_not(None))
    .order_by(Recording.ended_at)
    .limit(BATCH)
)
_SEGMENTS: Final = select(RecordingSegment).where(
    RecordingSegment.recording_id.in_(any_of("recordings"))
)

_log = get_logger("recordings")


@dataclass(frozen=True, slots=True)
class Work:
    """A recording and its raw segments, read in one view."""

    recording: Recording
    segments: Sequence[RecordingSegment]

    @property
    def form(self) -> Form:
        """How its files are written."""
        return WAV_MONO if self.recording.kind == MESSAGE else RAW_STEREO


class Finaliser:
    """Joins the segments of ended calls."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._incoming = settings.recordings_incoming
        self._store = settings.recordings_store

    async def step(self) -> int:
        """Finish what is due; how many calls were finished."""
        finished = 0
        for work in await self._due():
            try:
                finished += await self._finish(work)
            except (OSError, ValueError) as error:
                _log.error("recording.failed", call=work.recording.call_id, error=str(error))
        return finished

    async def _due(self) -> list[Work]:
        async with self._database.reading() as session:
            due = list(await session.scalars(_DUE))
            if not due:
                return []
            segments = defaultdict(list)
            of = {"recordings": [recording.id for recording in due]}
            for segment in await session.scalars(_SEGMENTS, of):
                segments[segment.recording_id].append(segment)
            return [Work(recording, segments[recording.id]) for recording in due]

    async def _finish(self, work: Work) -> bool:
        sizes = self._sizes(work)
        if not self._complete(work, sizes):
            return False
        if work.form is WAV_MONO:
            await asyncio.to_thread(self._repair, work)
        if not any(sizes.values()):
            await self._nothing(work.recording)
            return True
        target = located(self._store, work.recording.path)
        pieces = lay_out(
            [Segment(row.number, row.file, row.started_at) for row in work.segments], sizes
        )
        joined = await asyncio.to_thread(join, pieces, self._incoming, target, work.form)
        await self._record(work, joined)
        await asyncio.to_thread(remove, [self._incoming / row.file for row in work.segments])
        return True

    def _sizes(self, work: Work) -> dict[str, int]:
        found = {}
        for row in work.segments:
            path = self._incoming / row.file
            size = path.stat().st_size if path.is_file() else 0
            found[row.file] = work.form.frames_in(size)
        return found

    def _repair(self, work: Work) -> None:
        for row in work.segments:
            if (path := self._incoming / row.file).is_file() and repair(path) == "foreign":
                raise ValueError("the message is not a simple WAV")

    def _complete(self, work: Work, sizes: dict[str, int]) -> bool:
        """Every segment is there and no longer grows; or patience is at its end."""
        ended_at = work.recording.ended_at or now()
        if now() - ended_at > timedelta(seconds=PATIENCE_S):
            return True
        paths = [self._incoming / row.file for row in work.segments]
        there = bool(sizes) and all(path.is_file() for path in paths)
        return there and all(quiet_s(path) >= QUIET_S for path in paths)

    async def _record(self, work: Work, joined: Joined) -> None:
        async with self._database.unit_of_work() as session:
            recording = await session.get_one(Recording, work.recording.id)
            for row in work.segments:
                (await session.get_one(RecordingSegment, row.id)).joined = True
            recording.state = STORED
            recording.sha256, recording.size_bytes = joined.sha256, joined.size_bytes
            recording.duration_s, recording.segments = joined.duration_s, len(work.segments)
            recording.short = excess_s(recording) < -TOLERANCE_S
            if recording.kind == CALL:
                await append(session, _stored_fact(recording))
        if abs(off := excess_s(recording)) > TOLERANCE_S:
            what = "recording.short" if off < 0 else "recording.long"
            _log.warning(what, call=recording.call_id, excess_s=round(off, 2))

    async def _nothing(self, recording: Recording) -> None:
        """No sound: worth knowing when somebody talked or a segment was begun."""
        async with self._database.unit_of_work() as session:
            begun = await session.scalar(
                select(RecordingSegment.id)
                .where(RecordingSegment.recording_id == recording.id)
                .limit(1)
            )
            if begun is None and not recording.answered:
                await session.execute(delete(Recording).where(Recording.id == recording.id))
                return
            (await session.get_one(Recording, recording.id)).state = MISSING
        _log.warning("recording.missing", call=recording.call_id)


def _stored_fact(recording: Recording) -> RecordingStored:
    return RecordingStored(
        subject=call_subject(recording.call_id),
        recording_id=recording.id,
        duration_s=round(recording.duration_s or 0, 3),
    )


def excess_s(recording: Recording) -> float:
    """How much longer the sound is than the call was; negative when something was not recorded.

    Longer happens on a machine that is too busy: late sound is written beside the silence that
    stood in for it.
    """
    if recording.kind != CALL or recording.ended_at is None or recording.duration_s is None:
        return 0.0
    expected = (recording.ended_at - recording.started_at).total_seconds()
    return recording.duration_s - expected


def remove(paths: Sequence[Path]) -> None:
    """Remove raw files whose sound is stored."""
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths}:
        if folder.is_dir():
            sync_folder(folder)


async def run(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Finalise until told to stop."""
    finaliser = Finaliser(database, settings)
    sweep = Sweep(database, settings)
    retention = Retention(database, settings)
    loop = asyncio.get_running_loop()
    next_sweep = loop.time()
    while not stop.is_set():
        await finaliser.step()
        if loop.time() >= next_sweep:
            next_sweep = loop.time() + SWEEP_EVERY_S
            await sweep.step()
            await retention.step()
            watch_disk(settings)
        await _pause(stop)


def watch_disk(settings: Settings) -> float:
    """Raise the alarm in the log when the disk fills up; the free share."""
    share = free_share(settings.recordings_store)
    if share < FREE_SHARE_MIN:
        _log.error("recordings.disk_nearly_full", free_percent=round(share * 100, 1))
    return share


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), POLL_S)
    except TimeoutError:
        return
