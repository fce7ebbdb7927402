"""Messages are written down once their sound is stored; what cannot be heard is tried once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from agi.transcripts import Transcripts
from crm.messages.models import VoiceMessage
from ivr.say import Language
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import MessageLeft
from recordings.finalise import Finaliser
from tests.crm.calls import take_in
from tests.recordings.sounds import CALL, FILES, ago, tell, write_raw


class Scribe:
    name = "fake"

    def __init__(self, *, able: bool = True) -> None:
        self.heard: list[Path] = []
        self.able = able

    def transcribe(self, wav: Path) -> str:
        self.heard.append(wav)
        if not self.able:
            raise RuntimeError("no memory")
        return "水管漏水"


def job(database: Database, settings: Settings, scribe: Scribe | None) -> Transcripts:
    def find(_models: Path, language: Language) -> Scribe | None:
        return scribe if language == "zh" else None

    return Transcripts(database, settings, find)


@pytest.fixture
async def left(sqlite_database: Database, settings: Settings) -> None:
    settings.recordings_incoming.mkdir(parents=True)
    head = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    rates = (8000).to_bytes(4, "little") + (16_000).to_bytes(4, "little")
    sound = head + rates + b"\x02\x00\x10\x00data\x00\x7d\x00\x00" + b"\x05\x00" * 16_000
    write_raw(settings, f"{FILES}-message.wav", sound)
    fact = MessageLeft(subject=f"call:{CALL}", at=ago(30), file=f"{FILES}-message.wav")
    await tell(sqlite_database, fact)
    await take_in(sqlite_database, consumer="messages")


async def words(database: Database) -> tuple[str, str]:
    async with database.reading() as session:
        message = (await session.scalars(select(VoiceMessage))).one()
        return message.transcript, message.heard_by


async def test_a_message_is_written_down_once_its_sound_is_stored(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    scribe = Scribe()
    transcripts = job(sqlite_database, settings, scribe)
    assert await transcripts.step() == 0
    await Finaliser(sqlite_database, settings).step()
    assert await transcripts.step() == 1
    assert await words(sqlite_database) == ("水管漏水", "fake")
    assert await transcripts.step() == 0
    assert len(scribe.heard) == 1


async def test_without_a_model_nothing_is_claimed(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    await Finaliser(sqlite_database, settings).step()
    assert await job(sqlite_database, settings, None).step() == 0
    assert await words(sqlite_database) == ("", "")


async def test_a_sound_that_cannot_be_heard_is_tried_once(
    sqlite_database: Database, settings: Settings, left: None
) -> None:
    await Finaliser(sqlite_database, settings).step()
    scribe = Scribe(able=False)
    transcripts = job(sqlite_database, settings, scribe)
    assert [await transcripts.step(), await transcripts.step()] == [1, 0]
    assert await words(sqlite_database) == ("", "-")
    assert len(scribe.heard) == 1
