"""Messages that callers left are written down, one at a time, where a model is installed."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi.running import pause
from crm.interactions.models import Interaction
from crm.messages import queries, service
from ivr.say import LANGUAGES, Language
from ivr.speech.hearing import Transcriber, transcriber
from mainline.config import Settings
from mainline.db import Database
from mainline.log import get_logger
from recordings import queries as recordings
from recordings.models import MESSAGE, STORED
from recordings.store import located

EVERY_S: Final = 5.0

log = get_logger("transcripts")
Find = Callable[[Path, Language], Transcriber | None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    message_id: int
    language: Language
    file: Path


class Transcripts:
    """The job. Models are looked for once: installing one takes a restart of the worker."""

    def __init__(self, database: Database, settings: Settings, find: Find = transcriber) -> None:
        self._database, self._settings, self._find = database, settings, find
        self._known: dict[Language, Transcriber] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Again and again; without a model there is nothing to do."""
        while not stop.is_set():
            await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> int:
        """Write down what waits; how many messages that were."""
        models = await self._models()
        waiting = [one for one in await self._waiting() if one.language in models] if models else []
        for one in waiting:
            await self._write_down(one, models[one.language])
        return len(waiting)

    async def _models(self) -> dict[Language, Transcriber]:
        if self._known is None:
            found = {
                language: await asyncio.to_thread(
                    self._find, self._settings.models_dir, language
                )
                for language in LANGUAGES
            }  # fmt: skip
            self._known = {language: one for language, one in found.items() if one is not None}
        return self._known

    async def _waiting(self) -> list[_Waiting]:
        found = []
        async with self._database.reading() as session:
            for message in await queries.unheard(session):
                sound = await recordings.of_call(session, message.call_id, MESSAGE)
                call = await session.get(Interaction, message.call_id)
                if sound is not None and sound.state == STORED:
                    file = located(self._settings.recordings_store, sound.path)
                    english = call is not None and call.language == "en"
                    found.append(_Waiting(message.id, "en" if english else "zh", file))
        return found

    async def _write_down(self, one: _Waiting, model: Transcriber) -> None:
        try:
            text = await asyncio.to_thread(model.transcribe, one.file)
        except (OSError, ValueError, EOFError, RuntimeError, wave.Error) as error:
            log.warning("transcripts.failed", message=one.message_id, error=type(error).__name__)
            text, name = "", service.NOT_HEARD
        else:
            name = model.name
        async with self._database.unit_of_work() as session:
            await service.transcribed(session, one.message_id, text=text, by=name)
