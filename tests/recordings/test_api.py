from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.web import Principal, undeclared
from recordings.api import router
from recordings.finalise import Finaliser
from recordings.models import Recording, RecordingAccess
from recordings.store import located
from tests.recordings.sounds import (
    CALL,
    FILES,
    ago,
    answered,
    ended,
    started,
    stereo,
    tell,
    write_raw,
)

QUALITY = Principal(2, "qin", frozenset({"quality"}), session_id="s1")


@pytest.fixture
def app(sqlite_database: Database, settings: Settings) -> FastAPI:
    made = FastAPI()
    made.include_router(router, prefix="/api")
    made.state.database, made.state.settings = sqlite_database, settings
    sign_in(made, QUALITY)

    @made.exception_handler(MainlineError)
    async def _refuse(_request: Request, error: MainlineError) -> JSONResponse:
        return JSONResponse({"code": error.code}, error.status)

    return made


def sign_in(app: FastAPI, who: Principal | None) -> None:
    async def authenticate(_request: Request) -> Principal | None:
        return who

    app.state.authenticate = authenticate


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
async def recording(sqlite_database: Database, settings: Settings) -> Recording:
    write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 1.0))
    await tell(sqlite_database, started(0, ago(31)), answered(ago(31)), ended(ago(30)))
    await Finaliser(sqlite_database, settings).step()
    async with sqlite_database.reading() as session:
        (found,) = await session.scalars(select(Recording))
        return found


async def accesses(database: Database) -> list[tuple[int, str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(RecordingAccess).order_by(RecordingAccess.id))
        return [(row.recording_id, row.name, row.act) for row in rows]


async def test_recording_is_found_by_its_call_and_tells_no_path(client, recording):
    (item,) = (await client.get("/api/recordings", params={"call": CALL})).json()["items"]
    assert item["call_id"] == CALL
    assert item["duration_s"] == 1.0
    assert item["sha256"] == recording.sha256
    assert "path" not in item
    answer = await client.get("/api/recordings", params={"call": "another"})
    assert answer.json() == {"items": [], "next": None}


async def test_a_long_list_comes_in_pages_each_row_once(
    client: httpx.AsyncClient, sqlite_database: Database
):
    async with sqlite_database.unit_of_work() as session:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        session.add_all(
            Recording(call_id=f"c{n}", started_at=at, path=f"p{n}", state="stored")
            for n in range(5)
        )
    seen, after = [], None
    for _page in range(3):
        params = {"limit": 2} | ({"next": after} if after else {})
        page = (await client.get("/api/recordings", params=params)).json()
        seen += [item["call_id"] for item in page["items"]]
        after = page["next"]
    assert seen == ["c4", "c3", "c2", "c1", "c0"]
    assert after is None


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "WyJ4IiwgInkiXQ"])
async def test_a_made_up_place_in_the_list_is_refused(client: httpx.AsyncClient, after: str):
    answer = await client.get("/api/recordings", params={"next": after})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_sound_is_played_and_the_hearing_written_down_once(
    client: httpx.AsyncClient, sqlite_database: Database, recording: Recording, settings: Settings
):
    url = f"/api/recordings/{recording.id}/audio"
    whole = await client.get(url)
    assert whole.status_code == 200
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.content == located(settings.recordings_store, recording.path).read_bytes()
    part = await client.get(url, headers={"Range": "bytes=44-47"})
    assert part.status_code == 206
    assert part.content == b"\x07\x00\x08\x00"
    assert part.headers["content-range"] == f"bytes 44-47/{44 + 32000}"
    assert await accesses(sqlite_database) == [(recording.id, "qin", "heard")]


async def test_a_range_beyond_the_end_is_refused(client: httpx.AsyncClient, recording: Recording):
    answer = await client.get(
        f"/api/recordings/{recording.id}/audio", headers={"Range": "bytes=99999999-"}
    )
    assert answer.status_code == 416


async def test_waveform_and_export_are_written_down_too(client, sqlite_database, recording):
    found = (await client.get(f"/api/recordings/{recording.id}/peaks?points=2")).json()
    assert found == {"duration_s": 1.0, "channels": [[0.0, 0.0], [0.0, 0.0]]}
    one = await client.get(f"/api/recordings/{recording.id}/export?side=agent")
    assert len(one.content) == 44 + 16_000
    assert "attachment" in one.headers["content-disposition"]
    assert await accesses(sqlite_database) == [
        (recording.id, "qin", "seen"),
        (recording.id, "qin", "exported"),
    ]


@pytest.mark.parametrize("role", ["agent", "dispatcher", "cashier", "field"])
@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/audio", "/{id}/peaks", "/{id}/export"])
async def test_who_may_not_hear_recordings_gets_nothing_and_leaves_no_trace(
    app, client, sqlite_database, recording, role, path
):
    sign_in(app, Principal(9, "wu", frozenset({role})))
    answer = await client.get("/api/recordings" + path.format(id=recording.id))
    assert (answer.status_code, answer.json()) == (403, {"code": "forbidden"})
    assert await accesses(sqlite_database) == []


async def test_nobody_signed_in_hears_nothing(app, client, recording):
    sign_in(app, None)
    assert (await client.get(f"/api/recordings/{recording.id}/audio")).status_code == 401


async def test_an_altered_recording_is_refused_and_the_attempt_written_down(
    client, sqlite_database, recording, settings
):
    file = located(settings.recordings_store, recording.path)
    with file.open("r+b") as opened:
        opened.seek(1000)
        opened.write(b"other words")
    answer = await client.get(f"/api/recordings/{recording.id}/audio")
    assert (answer.status_code, answer.json()) == (409, {"code": "recording-altered"})
    assert await accesses(sqlite_database) == [(recording.id, "qin", "heard")]


@pytest.mark.parametrize(
    ("state", "status"), [("deleted", 410), ("pending", 404), ("missing", 404)]
)
async def test_what_has_no_sound_says_so(client, sqlite_database, recording, state, status):
    async with sqlite_database.unit_of_work() as session:
        (await session.get_one(Recording, recording.id)).state = state
    answer = await client.get(f"/api/recordings/{recording.id}/audio")
    assert answer.status_code == status
    assert await accesses(sqlite_database) == []


async def test_unknown_recording_is_not_found(client):
    assert (await client.get("/api/recordings/4711/audio")).status_code == 404
    assert (await client.get("/api/recordings/..%2F..%2Fetc/audio")).status_code in {404, 422}


def test_every_route_names_its_permission(app):
    assert undeclared(router.routes) == []
