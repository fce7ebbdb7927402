"""Messages are written down once their sound is stored; what cannot be heard is tried once."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from agi.transcripts import Transcripts
from crm.messages import queries
from crm.messages.models import VoiceMessage
from ivr.say import Language
from ivr.speech.apart import CannotHear, Words
from ivr.speech.hearing import NoModel
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import CallOffered, MenuStarted, MessageLeft
from recordings.finalise import Finaliser
from tests.crm.calls import take_in
from tests.recordings.sounds import CALL, ago, tell, write_raw

HEAD = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
RATES = (8000).to_bytes(4, "little") + (16_000).to_bytes(4, "little")
SOUND = HEAD + RATES + b"\x02\x00\x10\x00data\x00\x7d\x00\x00" + b"\x05\x00" * 16_000


class Scribe:
    """Understands every sound in its language in the same way, or fails in this way."""

    def __init__(self, language: Language = "zh", fails: Exception | None = None) -> None:
        self.language, self.fails = language, fails
        self.heard: list[Path] = []

    def able(self, _models: Path, language: Language) -> bool:
        return language == self.language

    async def hear(self, _models: Path, language: Language, wav: Path) -> Words:
        assert language == self.language
        self.heard.append(wav)
        if self.fails is not None:
            raise self.fails
        return Words("水管漏水", "fake")


def job(database: Database, settings: Settings, scribe: Scribe) -> Transcripts:
    return Transcripts(database, settings, scribe.able, scribe.hear)


async def steps(transcripts: Transcripts, count: int) -> list[bool]:
    return [await transcripts.step(asyncio.Event()) for _ in range(count)]


async def leave(database: Database, settings: Settings, call: str = CALL) -> None:
    """A message is left in that call."""
    settings.recordings_incoming.mkdir(parents=True, exist_ok=True)
    name = f"{call.replace('-', '')}-message.wav"
    write_raw(settings, name, SOUND)
    await tell(database, MessageLeft(subject=f"call:{call}", at=ago(30), file=name))
    await take_in(database, consumer="messages")


@pytest.fixture
async def left(sqlite_database: Database, settings: Settings) -> None:
    await leave(sqlite_database, settings)


async def words(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        found = await session.scalars(select(VoiceMessage).order_by(VoiceMessage.id))
        return [(message.transcript, message.heard_by) for message in found]


async def test_a_message_is_written_down_once_its_sound_is_stored(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    scribe = Scribe()
    transcripts = job(sqlite_database, settings, scribe)
    assert await steps(transcripts, 1) == [False]
    await Finaliser(sqlite_database, settings).step()
    assert await steps(transcripts, 2) == [True, False]
    assert await words(sqlite_database) == [("水管漏水", "fake")]
    assert len(scribe.heard) == 1


async def test_without_a_model_nothing_is_claimed(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    await Finaliser(sqlite_database, settings).step()
    assert await steps(job(sqlite_database, settings, Scribe("en")), 1) == [False]
    assert await words(sqlite_database) == [("", "")]


async def test_many_messages_without_a_model_hold_up_none_in_another_language(
    sqlite_database: Database, settings: Settings
) -> None:
    english = "ml0123abcd-1795000000.4"
    begun = MenuStarted(
        subject=f"call:{english}", at=ago(50), menu="main", version=1, language="en"
    )
    offered = CallOffered(subject=f"call:{english}", at=ago(51), ani="13800008000", dnis="96777")
    await take_in(sqlite_database, offered, begun)
    await leave(sqlite_database, settings, english)
    await leave(sqlite_database, settings)
    async with sqlite_database.reading() as session:
        waiting = await queries.unheard(session, english=True, limit=1)
        assert [message.call_id for message in waiting] == [english]
    await Finaliser(sqlite_database, settings).step()
    assert await steps(job(sqlite_database, settings, Scribe("en")), 2) == [True, False]
    assert await words(sqlite_database) == [("水管漏水", "fake"), ("", "")]


@pytest.mark.parametrize("fails", [CannotHear("ended with -9"), TimeoutError(), ValueError()])
async def test_a_sound_that_cannot_be_heard_is_tried_once(
    sqlite_database: Database, settings: Settings, left: None, fails: Exception
) -> None:
    await Finaliser(sqlite_database, settings).step()
    scribe = Scribe(fails=fails)
    assert await steps(job(sqlite_database, settings, scribe), 2) == [True, False]
    assert await words(sqlite_database) == [("", "-")]
    assert len(scribe.heard) == 1


async def test_a_model_that_cannot_be_read_is_tried_once_and_the_message_waits(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    await Finaliser(sqlite_database, settings).step()
    scribe = Scribe(fails=NoModel("broken"))
    assert await steps(job(sqlite_database, settings, scribe), 2) == [True, False]
    assert await words(sqlite_database) == [("", "")]
    assert len(scribe.heard) == 1


async def test_a_worker_told_to_stop_waits_for_no_model_and_the_message_waits(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    await Finaliser(sqlite_database, settings).step()
    stop, dropped = asyncio.Event(), asyncio.Event()

    async def endless(_models: Path, _language: Language, _wav: Path) -> Words:
        stop.set()
        try:
            await asyncio.Event().wait()
        finally:
            dropped.set()
        raise AssertionError

    await Transcripts(sqlite_database, settings, Scribe().able, endless).run(stop)
    assert dropped.is_set()
    assert await words(sqlite_database) == [("", "")]
