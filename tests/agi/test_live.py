"""Calls that Asterisk no longer has are closed when it is back."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agi.facts.follower import Follower
from agi.live import LiveLink
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import entries_after
from mainline.secrets import Secrets
from tests.fakes.asterisk_ami import Action, AmiServer, Connection, message, success

ROWS = Path(__file__).parent / "facts" / "rows"
CALL = "ml6ec1cf2a-1795429834.8"


class Asterisk(AmiServer):
    """Has the legs it is told to have."""

    def __init__(self) -> None:
        super().__init__(self._legs)
        self.calls: list[str] = []

    def _legs(self, connection: Connection, action: Action) -> Sequence[bytes]:
        if action["Action"][0] != "Status":
            return success(connection, action)
        number = action["ActionID"][0]
        return [
            message(Response="Success", ActionID=number, EventList="start"),
            *(message(Event="Status", ActionID=number, Linkedid=call) for call in self.calls),
            message(Event="StatusComplete", ActionID=number, EventList="Complete"),
        ]


@pytest.fixture
def settings_for(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    def make(server: AmiServer) -> Settings:
        secrets = Secrets.load_or_create(settings.home)
        monkeypatch.setattr("tests.fakes.asterisk_ami.SECRET", secrets.ami_live)
        return settings.model_copy(update={"ami_port": server.port})

    return make


def killed_in_talk(settings: Settings) -> None:
    settings.cel_dir.mkdir(parents=True)
    rows = (ROWS / "blind_transfer.csv").read_bytes().splitlines(keepends=True)
    (settings.cel_dir / "mainline.csv").write_bytes(b"".join(rows[:13]))


async def kinds(database: Database) -> list[str]:
    async with database.reading() as session:
        return [entry.event.kind for entry in await entries_after(session, 0)]


async def test_a_call_lost_by_asterisk_is_closed_as_soon_as_the_link_is_up(
    sqlite_database: Database, settings_for
):
    async with Asterisk() as server:
        settings = settings_for(server)
        killed_in_talk(settings)
        follower = Follower(sqlite_database, settings.cel_dir)
        await follower.catch_up()
        assert "call.ended" not in await kinds(sqlite_database)
        link, stop = LiveLink(settings, follower), asyncio.Event()
        jobs = [asyncio.create_task(job(stop)) for job in (link.run, link.compare)]
        async with asyncio.timeout(60):
            while follower.calls:
                await asyncio.sleep(0.01)
        stop.set()
        await asyncio.gather(*jobs)
    assert (await kinds(sqlite_database))[-2:] == ["agent.left_call", "call.ended"]


async def test_a_call_that_is_still_up_stays_up(sqlite_database: Database, settings_for):
    async with Asterisk() as server:
        server.calls = [CALL]
        settings = settings_for(server)
        killed_in_talk(settings)
        follower = Follower(sqlite_database, settings.cel_dir)
        await follower.catch_up()
        link, stop = LiveLink(settings, follower), asyncio.Event()
        job = asyncio.create_task(link.run(stop))
        await asyncio.wait_for(link.ami.up.wait(), 60)
        assert await link.compare_once() == 0
        assert follower.calls == {CALL}
        stop.set()
        await job


async def test_a_call_whose_end_is_written_a_moment_later_ends_when_it_ended(
    sqlite_database: Database, settings_for
):
    async with Asterisk() as server:
        settings = settings_for(server)
        killed_in_talk(settings)
        follower = Follower(sqlite_database, settings.cel_dir)
        await follower.catch_up()
        link, stop = LiveLink(settings, follower), asyncio.Event()
        job = asyncio.create_task(link.run(stop))
        await asyncio.wait_for(link.ami.up.wait(), 60)
        assert await link.compare_once() == 0
        rows = (ROWS / "blind_transfer.csv").read_bytes().splitlines(keepends=True)
        with (settings.cel_dir / "mainline.csv").open("ab") as file:
            file.writelines(rows[13:])
        assert await link.compare_once() == 0
        stop.set()
        await job
    assert (await kinds(sqlite_database)).count("call.ended") == 1
    assert "call.transferred" in await kinds(sqlite_database)
