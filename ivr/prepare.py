"""What menus need before the first call: the pack's definitions, every prompt as a sound."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from crm.surveys import service as surveys
from ivr import survey
from ivr.phrases import load_phrases
from ivr.plan import Plans, install
from ivr.prompts.warm import Progress, Prompt, safety_prompts, static_prompts, wanted, warm
from ivr.speech.voice import WavVoice
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.i18n import _

STATIC = PROJECT / "dialplan" / "prompts.yaml"
TELL_S = 2.0
"""Progress is shown when it takes time: usually everything is there already."""


async def prepare(settings: Settings, database: Database, say: Callable[[str], None]) -> None:
    """Install what the company has no own version of; make the prompts that are missing."""
    async with database.unit_of_work() as session:
        await install(session, settings.pack_dir)
    clock = asyncio.get_running_loop().time
    told_at = clock()
    async with aclosing(prompts(settings, database)) as steps:
        async for step in steps:
            if clock() - told_at > TELL_S:
                told_at = clock()
                say(_("Prompts: %(done)s of %(total)s", done=step.done, total=step.total))
            if not step.spoken:
                say(_("Cannot be spoken: %(text)s", text=step.prompt.text[:40]))


async def _survey(database: Database) -> list[Prompt]:
    """What callers are asked after a call."""
    async with database.reading() as session:
        try:
            return list(survey.prompts((await surveys.current(session)).survey))
        except NotFound:
            return []


async def prompts(settings: Settings, database: Database) -> AsyncGenerator[Progress, None]:
    """Make every prompt that can be known before a call, telling each."""
    plan = await Plans(database, settings.pack_dir).current()
    phrases = load_phrases(settings.pack_dir)
    texts = wanted(plan, phrases, [*static_prompts(STATIC), *safety_prompts(phrases)])
    texts += await _survey(database)
    voice = WavVoice(settings.sounds_dir, command=settings.tts_cmd)
    try:
        async for step in warm(texts, voice, settings.sounds_dir):
            yield step
    finally:
        voice.close()
