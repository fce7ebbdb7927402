"""What a caller said is read on the message's page: by a real model, or nothing is made up."""

import asyncio
from pathlib import Path

from agentdesk.messages import views
from agi.transcripts import Transcripts
from ivr.say import Language
from ivr.speech.voice import WavVoice
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import CallEnded, CallOffered, MenuStarted, MessageLeft
from recordings.finalise import Finaliser
from tests.crm.calls import take_in
from tests.recordings.sounds import CALL, FILES, ago, write_raw
from tests.support.pages import pages

SAID: dict[Language, str] = {
    "en": "Hello. Water is leaking from the pipe in my kitchen. Please send somebody today.",
    "zh": "您好，厨房水管漏水，请派人来。",
}


async def spoken(folder: Path, language: Language) -> bytes:
    """A caller's words as the telephone carries them."""
    voice = WavVoice(folder)
    (wav,) = await voice.make(SAID[language], language)
    voice.close()
    return wav.read_bytes()


async def page(database: Database, settings: Settings, language: Language, sound: bytes) -> str:
    """A message with this sound is left, goes through the worker's jobs, and is looked at."""
    settings.recordings_incoming.mkdir(parents=True)
    write_raw(settings, f"{FILES}-message.wav", sound)
    about = {"subject": f"call:{CALL}"}
    await take_in(
        database,
        CallOffered(**about, at=ago(60), ani="13800008000", dnis="96777"),
        MenuStarted(**about, at=ago(59), menu="main", version=1, language=language),
        MessageLeft(**about, at=ago(30), file=f"{FILES}-message.wav"),
        CallEnded(**about, at=ago(30)),
    )
    for consumer in ("messages", "recordings"):
        await take_in(database, consumer=consumer)
    await Finaliser(database, settings).step()
    await Transcripts(database, settings).step(asyncio.Event())
    async with pages(settings, database, [views.router], "leader") as desk:
        return (await desk.get("/messages/1")).text


async def test_an_english_message_is_read_in_the_words_of_the_caller(
    sqlite_database: Database, settings: Settings, tmp_path: Path
) -> None:
    sound = await spoken(tmp_path / "voice", "en")
    text = await page(sqlite_database, settings, "en", sound)
    assert "water is leaking from the pipe in my kitchen." in text.lower()
    assert "Written down by moonshine-tiny-en; the sound counts." in text


async def test_a_chinese_message_without_a_model_says_so_and_invents_nothing(
    sqlite_database: Database, settings: Settings, tmp_path: Path
) -> None:
    sound = await spoken(tmp_path / "voice", "zh")
    text = await page(sqlite_database, settings, "zh", sound)
    assert "No speech model is installed here; messages are heard, not read." in text
    assert "Written down by" not in text
