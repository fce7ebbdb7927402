import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mainline.config import Settings
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.call_events import MessageLeft, RecordingStored
from recordings import finalise
from recordings.finalise import Finaliser, run
from recordings.join import join
from recordings.models import Recording, RecordingSegment
from recordings.store import located, sha256_of
from recordings.sweep import Sweep
from recordings.wav import header
from tests.recordings.sounds import (
    CALL,
    FILES,
    ago,
    answered,
    ended,
    heard,
    started,
    stereo,
    tell,
    write_raw,
)


async def recordings(database: Database) -> list[Recording]:
    async with database.reading() as session:
        return list(await session.scalars(select(Recording).order_by(Recording.id)))


async def only(database: Database) -> Recording:
    (found,) = await recordings(database)
    return found


async def stored_facts(database: Database) -> list[RecordingStored]:
    async with database.reading() as session:
        entries = await entries_after(session, 0)
    return [entry.event for entry in entries if isinstance(entry.event, RecordingStored)]


async def test_ended_call_becomes_one_recording_found_by_its_call(
    database: Database, settings: Settings
):
    raw = write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 3.0))
    await tell(database, started(0, ago(33)), answered(ago(32)), ended(ago(30)))
    assert await Finaliser(database, settings).step() == 1
    found = await only(database)
    file = located(settings.recordings_store, found.path)
    assert (found.call_id, found.kind, found.state) == (CALL, "call", "stored")
    assert found.duration_s == 3.0
    assert found.answered is True
    assert found.short is False
    assert found.sha256 == sha256_of(file)
    assert found.size_bytes == file.stat().st_size
    assert heard(file)[0].tolist() == [7, 8]
    assert not raw.exists()
    (fact,) = await stored_facts(database)
    assert (fact.subject, fact.recording_id, fact.duration_s) == (f"call:{CALL}", found.id, 3.0)


async def test_segments_after_a_transfer_lie_where_they_were_spoken(
    sqlite_database: Database, settings: Settings
):
    write_raw(settings, f"{FILES}-0.raw", stereo(1, 1, 2.0))
    write_raw(settings, f"{FILES}-1.raw", stereo(2, 2, 1.0))
    at = ago(40)
    again = at + timedelta(seconds=2.3)
    await tell(sqlite_database, started(0, at), started(1, again), ended(ago(36.7)))
    await Finaliser(sqlite_database, settings).step()
    found = await only(sqlite_database)
    sound = heard(located(settings.recordings_store, found.path))
    assert found.segments == 2
    assert found.duration_s == pytest.approx(3.3)
    assert sound[15_999].tolist() == [1, 1]
    assert sound[17_000].tolist() == [0, 0]
    assert sound[-1].tolist() == [2, 2]


async def test_call_in_progress_is_left_alone(sqlite_database: Database, settings: Settings):
    raw = write_raw(settings, f"{FILES}-0.raw", stereo(1, 1, 1), age_s=0)
    await tell(sqlite_database, started(0, ago(1)), answered(ago(1)))
    assert await Finaliser(sqlite_database, settings).step() == 0
    assert raw.exists()


async def test_file_that_still_grows_is_waited_for(sqlite_database: Database, settings: Settings):
    raw = write_raw(settings, f"{FILES}-0.raw", stereo(1, 1, 1), age_s=0)
    await tell(sqlite_database, started(0, ago(2)), ended(ago(1)))
    assert await Finaliser(sqlite_database, settings).step() == 0
    assert raw.exists()
    assert (await only(sqlite_database)).state == "pending"


async def test_recording_shorter_than_its_call_is_marked(
    sqlite_database: Database, settings: Settings
):
    write_raw(settings, f"{FILES}-0.raw", stereo(1, 1, 1.0))
    await tell(sqlite_database, started(0, ago(35)), answered(ago(34)), ended(ago(30)))
    await Finaliser(sqlite_database, settings).step()
    assert (await only(sqlite_database)).short is True


async def test_recording_longer_than_its_call_is_told_in_the_log(
    sqlite_database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    write_raw(settings, f"{FILES}-0.raw", stereo(1, 1, 9.0))
    await tell(sqlite_database, started(0, ago(35)), answered(ago(34)), ended(ago(30)))
    await Finaliser(sqlite_database, settings).step()
    assert (await only(sqlite_database)).short is False
    assert "recording.long" in capsys.readouterr().out


async def test_answered_call_without_any_sound_is_shown_as_missing(
    sqlite_database: Database, settings: Settings
):
    await tell(sqlite_database, started(0, ago(100)), answered(ago(99)), ended(ago(90)))
    assert await Finaliser(sqlite_database, settings).step() == 1
    assert (await only(sqlite_database)).state == "missing"
    assert await stored_facts(sqlite_database) == []


async def test_call_that_was_never_to_be_recorded_leaves_no_row(
    sqlite_database: Database, settings: Settings
):
    await tell(sqlite_database, ended(ago(100)))
    await Finaliser(sqlite_database, settings).step()
    assert await recordings(sqlite_database) == []


@pytest.mark.parametrize("crash_in", ["join", "remove"])
async def test_killed_anywhere_the_next_start_gives_the_same_recording_once(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, crash_in: str
):
    raw = write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 3.0))
    await tell(database, started(0, ago(33)), ended(ago(30)))

    def killed(*args: object) -> None:
        if crash_in == "join":
            join(*args)  # type: ignore[arg-type]  # the file is there, the row is not
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finalise, crash_in, killed)
        with pytest.raises(KeyboardInterrupt):
            await Finaliser(database, settings).step()
    assert raw.exists()

    await Finaliser(database, settings).step()
    await Sweep(database, settings).step()
    found = await only(database)
    assert found.state == "stored"
    assert len(await stored_facts(database)) == 1
    assert not raw.exists()
    files = [path for path in settings.recordings_store.rglob("*") if path.is_file()]
    assert files == [located(settings.recordings_store, found.path)]
    assert sha256_of(files[0]) == found.sha256


async def test_facts_told_twice_make_one_recording(sqlite_database: Database, settings: Settings):
    write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 3.0))
    facts = (started(0, ago(33)), ended(ago(30)))
    await tell(sqlite_database, *facts, *facts)
    await Finaliser(sqlite_database, settings).step()
    await tell(sqlite_database, *facts)
    await Finaliser(sqlite_database, settings).step()
    assert len(await recordings(sqlite_database)) == 1
    assert len(await stored_facts(sqlite_database)) == 1


async def test_a_file_told_of_two_calls_stays_that_of_the_first(sqlite_database: Database):
    """Nothing that is told may stop the reader; a recording begins with its earliest segment."""
    other, first, theirs = f"{CALL}9", ago(33), ago(20)
    stolen = started(0, theirs).model_copy(update={"subject": f"call:{other}"})
    told = (answered(ago(40)), started(1, ago(25)), started(0, first), stolen, ended(ago(10)))
    await tell(sqlite_database, *told, answered(ago(5), other))
    mine, others = await recordings(sqlite_database)
    assert (mine.call_id, mine.started_at, mine.answered) == (CALL, first, True)
    assert (others.call_id, others.started_at, others.answered) == (other, theirs, True)
    async with sqlite_database.reading() as session:
        rows = await session.scalars(select(RecordingSegment).order_by(RecordingSegment.number))
        files = [(row.recording_id, row.number) for row in rows]
    assert files == [(mine.id, 0), (mine.id, 1)]


async def test_asterisk_killed_in_the_call_the_sound_so_far_is_kept(
    sqlite_database: Database, settings: Settings
):
    write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 5.0) + b"\x01", age_s=700)
    await tell(sqlite_database, started(0, ago(705)), answered(ago(704)))
    await Sweep(sqlite_database, settings).step()
    await Finaliser(sqlite_database, settings).step()
    found = await only(sqlite_database)
    assert (found.state, found.duration_s, found.short) == ("stored", 5.0, False)


async def test_quiet_but_recent_file_is_not_taken_for_a_leftover(
    sqlite_database: Database, settings: Settings
):
    raw = write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 5.0), age_s=200)
    await tell(sqlite_database, started(0, ago(900)))
    await Sweep(sqlite_database, settings).step()
    await Finaliser(sqlite_database, settings).step()
    assert raw.exists()
    assert (await only(sqlite_database)).ended_at is None


async def test_sound_whose_fact_was_lost_is_found_by_its_name(
    sqlite_database: Database, settings: Settings
):
    write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 5.0), age_s=700)
    write_raw(settings, "not one of ours.raw", b"abcd", age_s=700)
    sweep = Sweep(sqlite_database, settings)
    await sweep.step()
    await Finaliser(sqlite_database, settings).step()
    found = await only(sqlite_database)
    assert (found.call_id, found.state, found.duration_s) == (CALL, "stored", 5.0)
    assert (settings.recordings_incoming / "not one of ours.raw").exists()


async def test_a_name_that_leads_elsewhere_is_not_followed(
    sqlite_database: Database, settings: Settings, tmp_path: Path
):
    (tmp_path / "secret-0.raw").write_bytes(b"abcd")
    fact = started(0, ago(90)).model_copy(update={"file": "../../../secret-0.raw"})
    await tell(sqlite_database, fact, ended(ago(80)))
    await Finaliser(sqlite_database, settings).step()
    assert await recordings(sqlite_database) == []
    assert (tmp_path / "secret-0.raw").read_bytes() == b"abcd"


async def test_message_is_kept_beside_the_call_with_its_header_repaired(
    sqlite_database: Database, settings: Settings
):
    broken = bytearray(header(0, rate=8000, channels=1)) + b"\x05\x00" * 16_000
    write_raw(settings, f"{FILES}-message.wav", bytes(broken))
    left = MessageLeft(subject=f"call:{CALL}", at=ago(30), file=f"{FILES}-message.wav")
    await tell(sqlite_database, left)
    assert await Finaliser(sqlite_database, settings).step() == 1
    found = await only(sqlite_database)
    sound = heard(located(settings.recordings_store, found.path))
    assert (found.kind, found.state, found.channels) == ("message", "stored", 1)
    assert found.duration_s == 2.0
    assert sound.shape == (16_000, 1)
    assert sound[0, 0] == 5
    assert await stored_facts(sqlite_database) == []


async def test_one_call_that_cannot_be_joined_does_not_hold_up_the_others(
    sqlite_database: Database, settings: Settings
):
    other = "ml0123abcd-1795000001.9"
    write_raw(settings, f"{FILES}-message.wav", b"OggS" + bytes(90))
    write_raw(settings, f"{other.replace('-', '')}-0.raw", stereo(1, 2, 1))
    await tell(
        sqlite_database,
        MessageLeft(subject=f"call:{CALL}", at=ago(40), file=f"{FILES}-message.wav"),
        started(0, ago(31), other),
        ended(ago(30), other),
    )
    assert await Finaliser(sqlite_database, settings).step() == 1
    assert {row.call_id: row.state for row in await recordings(sqlite_database)} == {
        CALL: "pending",
        other: "stored",
    }


async def test_the_worker_finalises_until_it_is_told_to_stop(
    sqlite_database: Database, settings: Settings
):
    write_raw(settings, f"{FILES}-0.raw", stereo(7, 8, 1.0))
    await tell(sqlite_database, started(0, ago(31)), ended(ago(30)))
    stop = asyncio.Event()
    running = asyncio.create_task(run(sqlite_database, settings, stop))
    async with asyncio.timeout(60):
        while not await stored_facts(sqlite_database):
            await asyncio.sleep(0.02)
        stop.set()
        await running
    assert (await only(sqlite_database)).state == "stored"


def test_alarm_when_the_disk_is_nearly_full(settings: Settings, monkeypatch, capsys):
    monkeypatch.setattr(finalise, "free_share", lambda _folder: 0.1)
    assert finalise.watch_disk(settings) == 0.1
    assert "disk_nearly_full" in capsys.readouterr().out
