"""The real parts of a caller's journey, put together for the gateway."""

from __future__ import annotations

import asyncio
from typing import Final

from ivr.flows.crm_books import CrmBooks
from ivr.phrases import Phrases, load_phrases
from ivr.plan import Plan, Plans
from ivr.prompts.warm import wanted, warm
from ivr.recorder import JournalRecorder, JournalWriter
from ivr.service import Deps
from ivr.speech.voice import WavVoice
from mainline.config import Settings
from mainline.db import Database
from mainline.log import get_logger

FRESH_S: Final = 0.2
"""A new version counts for calls that come later than this."""

log = get_logger("ivr")
_warming: Final[set[asyncio.Task[None]]] = set()


def build(database: Database, settings: Settings) -> Deps:
    """What :func:`ivr.service.handle_call` needs; to be made inside the running loop."""
    voice = WavVoice(settings.sounds_dir, command=settings.tts_cmd)
    phrases = load_phrases(settings.pack_dir)
    writer = JournalWriter(database)

    def changed(plan: Plan) -> None:
        task = asyncio.create_task(_warm(plan, phrases, voice, settings))
        _warming.add(task)
        task.add_done_callback(_warming.discard)

    return Deps(
        plans=Plans(database, settings.pack_dir, changed=changed, fresh_s=FRESH_S),
        books=CrmBooks(database, settings),
        voice=voice,
        phrases=phrases,
        recorder=lambda: JournalRecorder(writer),
        zone=settings.zone,
    )


async def _warm(plan: Plan, phrases: Phrases, voice: WavVoice, settings: Settings) -> None:
    """Make the prompts of a plan that has just come into force; callers go before."""
    silent = 0
    async for step in warm(wanted(plan, phrases), voice, settings.sounds_dir):
        silent += not step.spoken
    log.info("ivr.prompts_ready", silent=silent)
