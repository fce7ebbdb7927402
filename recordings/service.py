"""Hearing a recording: trusted file or refusal, and a line in the access log."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.clock import now
from mainline.errors import NotFound
from mainline.log import get_logger
from mainline.web import Principal
from recordings.models import MISSING, PENDING, STORED, Recording, RecordingAccess
from recordings.store import RecordingAltered, RecordingGone, Verifier, located

_log = get_logger("recordings")
Act = Literal["heard", "seen", "exported"]
SAME_HEARING: Final = timedelta(minutes=10)
"""A player asks for one recording in many pieces: that is one hearing."""


async def open_recording(
    session: AsyncSession, recording: Recording, *, who: Principal, act: Act
) -> None:
    """Allow it and write it down; refused when there is no sound."""
    if recording.state in {PENDING, MISSING}:
        raise NotFound(f"recording {recording.id} has no sound")
    if recording.state != STORED:
        raise RecordingGone
    await _write_down(session, recording.id, who, act)


async def _write_down(session: AsyncSession, recording_id: int, who: Principal, act: Act) -> None:
    known = select(RecordingAccess.id).where(
        RecordingAccess.recording_id == recording_id,
        RecordingAccess.name == who.name,
        RecordingAccess.session_id == who.session_id,
        RecordingAccess.act == act,
        RecordingAccess.created_at > now() - SAME_HEARING,
    )
    if await session.scalar(known.limit(1)) is None:
        session.add(
            RecordingAccess(
                recording_id=recording_id,
                user_id=who.user_id,
                name=who.name,
                session_id=who.session_id,
                act=act,
            )
        )


def trusted_file(store: Path, recording: Recording, verifier: Verifier) -> Path:
    """The file whose bytes are those that were stored. Reads the file: call it in a thread."""
    file = located(store, recording.path)
    try:
        verifier.check(file, recording.sha256 or "")
    except RecordingAltered:
        _log.error("recording.altered", call=recording.call_id)
        raise
    return file
