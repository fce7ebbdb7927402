"""Messages that callers left are written down, one at a time, where a model is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi.running import pause, unless
from crm.messages import queries, service
from ivr.say import LANGUAGES, Language
from ivr.speech.apart import CannotHear, Words, write_down
from ivr.speech.hearing import NoModel, installed
from mainline.config import Settings
from mainline.db import Database
from mainline.log import get_logger
from recordings import queries as recordings
from recordings.models import MESSAGE, STORED
from recordings.store import located

EVERY_S: Final = 5.0

log = get_logger("transcripts")
Able = Callable[[Path, Language], bool]
Hear = Callable[[Path, Language, Path], Coroutine[object, object, Words]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    message_id: int
    language: Language
    file: Path


class Transcripts:
    """The job. A model counts once it is installed; one that cannot be read, after a restart."""

    def __init__(
        self, database: Database, settings: Settings, able: Able = installed,
        hear: Hear = write_down,
    ) -> None:  # fmt: skip
        self._database, self._settings = database, settings
        self._able, self._hear = able, hear
        self._unreadable: set[Language] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Again and again; without a model there is nothing to do."""
        while not stop.is_set():
            if not await self.step(stop):
                await pause(stop, EVERY_S)

    async def step(self, stop: asyncio.Event) -> bool:
        """Write down the newest of what waits, unless told to stop; whether there was any."""
        one = await self._waiting()
        words = await unless(stop, self._words(one)) if one is not None else None
        if one is not None and words is not None:
            async with self._database.unit_of_work() as session:
                await service.transcribed(session, one.message_id, text=words.text, by=words.by)
        return one is not None

    def _languages(self) -> list[Language]:
        models = self._settings.models_dir
        readable = [one for one in LANGUAGES if one not in self._unreadable]
        return [one for one in readable if self._able(models, one)]

    async def _waiting(self) -> _Waiting | None:
        async with self._database.reading() as session:
            for language in self._languages():
                for message in await queries.unheard(session, english=language == "en"):
                    sound = await recordings.of_call(session, message.call_id, MESSAGE)
                    if sound is not None and sound.state == STORED:
                        file = located(self._settings.recordings_store, sound.path)
                        return _Waiting(message.id, language, file)
        return None

    async def _words(self, one: _Waiting) -> Words | None:
        try:
            return await self._hear(self._settings.models_dir, one.language, one.file)
        except NoModel:
            log.warning("transcripts.unreadable_model", language=one.language)
            self._unreadable.add(one.language)
            return None
        except (CannotHear, OSError, ValueError) as error:
            log.warning("transcripts.failed", message=one.message_id, error=type(error).__name__)
            return Words("", service.NOT_HEARD)
