"""Gateway and worker as processes see them: up when they are, and nothing left when they end."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from agi import gateway, worker
from crm.interactions.models import Interaction
from ivr.decision import Decision
from mainline.asterisk.call import Call
from mainline.config import Settings
from mainline.db import Database
from mainline.process.heartbeat import last_beat
from mainline.secrets import Secrets
from tests.fakes.asterisk_agi import AgiPeer, request

BLIND = (Path(__file__).parent / "facts" / "rows" / "blind_transfer.csv").read_bytes()


async def holds(what: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            found = what()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


def says(settings: Settings, name: str, state: str) -> bool:
    beat = last_beat(settings.home, name)
    return beat is not None and beat.state == state


async def test_the_gateway_takes_a_call_and_leaves_the_decision(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    async def lead(call: Call, _deps: object) -> Decision:
        await call.hold_deadline(9)
        return Decision("queue", "repair")

    async def nothing() -> None:
        return

    plans = SimpleNamespace(current=nothing)
    deps = SimpleNamespace(plans=plans, voice=None, phrases=None, recorder=None)
    monkeypatch.setattr(gateway, "build", lambda *_: deps)
    monkeypatch.setattr(gateway, "handle_call", lead)
    stop = asyncio.Event()
    process = asyncio.create_task(gateway.serve(settings, stop))
    await holds(lambda: says(settings, "gateway", "up"))
    secret = Secrets.load_or_create(settings.home).agi
    peer = AgiPeer(settings.agi_port, first=request(secret=secret))
    await peer.run()
    assert peer.variable("MAINLINE_QUEUE") == "repair"
    assert peer.variable("MAINLINE_AGI") == "OK"
    stop.set()
    await asyncio.wait_for(process, 60)
    assert says(settings, "gateway", "stopping")
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", settings.agi_port)


async def test_the_worker_brings_a_call_from_asterisks_record_into_the_call_list(
    settings: Settings, sqlite_url: str
):
    """Asterisk itself is away: what it wrote is enough."""
    running = settings.model_copy(update={"database_url": sqlite_url})
    running.cel_dir.mkdir(parents=True)
    (running.cel_dir / "mainline.csv").write_bytes(BLIND)
    stop = asyncio.Event()
    process = asyncio.create_task(worker.serve(running, stop))
    database = Database(sqlite_url)

    async def outcome() -> bool:
        async with database.reading() as session:
            rows = (await session.scalars(select(Interaction))).all()
            return [row.outcome for row in rows] == ["transferred"]

    await holds(outcome)
    assert says(running, "worker", "up")
    stop.set()
    await asyncio.wait_for(process, 60)
    await database.dispose()
    assert says(running, "worker", "stopping")


async def test_what_is_written_as_the_worker_ends_is_still_taken_in(
    settings: Settings, sqlite_url: str
):
    running = settings.model_copy(update={"database_url": sqlite_url})
    running.cel_dir.mkdir(parents=True)
    stop = asyncio.Event()
    process = asyncio.create_task(worker.serve(running, stop))
    await holds(lambda: says(running, "worker", "up"))
    (running.cel_dir / "mainline.csv").write_bytes(BLIND)
    stop.set()
    await asyncio.wait_for(process, 60)
    database = Database(sqlite_url)
    async with database.reading() as session:
        row = (await session.scalars(select(Interaction))).one()
    await database.dispose()
    assert (row.outcome, row.agent) == ("transferred", "8002")
