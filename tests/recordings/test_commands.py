import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from recordings.commands import app
from recordings.models import Recording
from recordings.store import located, new_path, sha256_of

runner = CliRunner()


@pytest.fixture
def stored(settings: Settings, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two recordings on disk and on record, in this test's own home."""
    monkeypatch.setenv("MAINLINE_HOME", str(settings.home))
    files = []

    async def write() -> None:
        database = Database(sqlite_url)
        async with database.unit_of_work() as session:
            for number in (1, 2):
                path = new_path(now())
                file = located(settings.recordings_store, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(b"sound %d" % number)
                files.append(file)
                session.add(
                    Recording(
                        call_id=f"c{number}",
                        started_at=now(),
                        path=path,
                        state="stored",
                        sha256=sha256_of(file),
                    )
                )
        await database.dispose()

    asyncio.run(write())
    return files


def test_untouched_recordings_are_all_well(stored: list[Path]):
    found = runner.invoke(app, ["verify"])
    assert (found.exit_code, found.output) == (0, "2 recordings, 0 gone or altered\n")


def test_altered_and_vanished_recordings_are_named(stored: list[Path]):
    stored[0].write_bytes(b"other words")
    stored[1].unlink()
    found = runner.invoke(app, ["verify"])
    assert found.exit_code == 1
    assert "1 c1: altered" in found.output
    assert "2 c2: gone" in found.output


def test_a_recording_is_kept_and_released(stored: list[Path], sqlite_url: str):
    def kept() -> bool:
        async def read() -> bool:
            database = Database(sqlite_url)
            async with database.reading() as session:
                row = await session.get_one(Recording, 1)
            await database.dispose()
            return row.kept

        return asyncio.run(read())

    assert runner.invoke(app, ["keep", "1"]).exit_code == 0
    assert kept()
    assert runner.invoke(app, ["keep", "1", "--release"]).exit_code == 0
    assert not kept()


def test_keeping_what_is_not_there_is_refused(stored: list[Path]):
    assert runner.invoke(app, ["keep", "4711"]).exit_code == 2
