"""Recordings over HTTP: find, look at, hear. Every hearing is permitted and written down."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from mainline.db import Database
from mainline.permissions import Permission
from mainline.web import Page, Principal, ReadSession, Who, allow, cursor, last_line, settings
from recordings import queries
from recordings.export import Side, export_wav
from recordings.peaks import POINTS_MAX, peaks
from recordings.service import Act, open_recording, trusted_file
from recordings.store import Verifier

router = APIRouter(
    prefix="/recordings",
    tags=["recordings"],
    dependencies=[allow(Permission.HEAR_RECORDINGS)],
)
_verifier = Verifier()
NO_STORE = {"Cache-Control": "private, no-store"}


class RecordingOut(BaseModel):
    """A recording as others see it: no path, no file name."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    call_id: str
    kind: Literal["call", "message"]
    state: Literal["pending", "stored", "missing", "deleted"]
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    size_bytes: int | None
    channels: int
    segments: int
    sha256: str | None
    short: bool
    kept: bool
    deleted_at: datetime | None


class PeaksOut(BaseModel):
    """The waveform: caller first, then what the caller heard."""

    duration_s: float
    channels: list[list[float]]


@router.get("")
async def list_recordings(
    session: ReadSession,
    call: Annotated[str | None, Query(max_length=96)] = None,
    kind: Literal["call", "message"] | None = None,
    state: Literal["pending", "stored", "missing", "deleted"] | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    short: bool | None = None,
    after: Annotated[str | None, Query(alias="next", max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 50,
) -> Page[RecordingOut]:
    """Newest first."""
    wanted = queries.Wanted(call, kind, state, since, until, short)
    rows = await queries.find(session, wanted, after=last_line(after, int), limit=limit)
    more = cursor(rows[-1].started_at.isoformat(), rows[-1].id) if len(rows) == limit else None
    return Page(items=[RecordingOut.model_validate(row) for row in rows], next=more)


@router.get("/{recording_id}")
async def get_recording(session: ReadSession, recording_id: int) -> RecordingOut:
    """One recording."""
    return RecordingOut.model_validate(await queries.get(session, recording_id))


async def opened(request: Request, who: Principal, recording_id: int, act: Act) -> Path:
    """Write the access down and commit; only then look at the file, outside of any transaction."""
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        recording = await queries.get(session, recording_id)
        await open_recording(session, recording, who=who, act=act)
    store = (await settings(request)).recordings_store
    return await asyncio.to_thread(trusted_file, store, recording, _verifier)


@router.get("/{recording_id}/audio", response_class=FileResponse)
async def audio(request: Request, who: Who, recording_id: int) -> FileResponse:
    """The sound, stereo WAV; byte ranges are served. The hearing is written down."""
    return FileResponse(
        await opened(request, who, recording_id, "heard"),
        media_type="audio/wav",
        filename=f"recording-{recording_id}.wav",
        content_disposition_type="inline",
        headers=NO_STORE,
    )


@router.get("/{recording_id}/peaks")
async def waveform(
    request: Request,
    who: Who,
    recording_id: int,
    points: Annotated[int, Query(ge=1, le=POINTS_MAX)] = 1200,
) -> PeaksOut:
    """The waveform of each channel."""
    file = await opened(request, who, recording_id, "seen")
    found = await asyncio.to_thread(peaks, file, points)
    return PeaksOut(duration_s=found.duration_s, channels=found.channels)


@router.get("/{recording_id}/export")
async def export(request: Request, who: Who, recording_id: int, side: Side = "both") -> Response:
    """A file to hand on: both sides, or one."""
    file = await opened(request, who, recording_id, "exported")
    name = f'attachment; filename="recording-{recording_id}-{side}.wav"'
    return Response(
        await asyncio.to_thread(export_wav, file, side),
        media_type="audio/wav",
        headers={**NO_STORE, "Content-Disposition": name},
    )
