"""An automatic call was picked up: say why we call, take a key, leave nobody without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from crm.campaigns import pacing
from crm.campaigns import script as scripts
from crm.campaigns.script import Script
from crm.outages.models import Outage
from ivr import say
from ivr.decision import Decision
from ivr.phrases import Phrases
from ivr.say import Language
from ivr.service import Recorder
from ivr.talk import Talk, Voice
from mainline.asterisk.call import Call
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.ids import call_subject
from mainline.journal.call_events import OutreachAnswered

READ_S: Final = 1.5
"""Who has picked up hears nothing meanwhile."""
ATTEMPTS: Final = 2
TIMEOUT_S: Final = 5.0
LEADS_S: Final = 1.5
"""So long a key is waited for before everybody is led to an agent."""
_TAIL: Final = 4
_KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    "home": {"1": "at_home", "2": "other_time", "9": "never", "0": "person"},
}
_USUAL: Final[Mapping[str, str]] = {"1": "heard", "9": "never", "0": "person"}
_REPLIES: Final[Mapping[str, str]] = {
    "heard": "outreach_thanks",
    "at_home": "outreach_at_home",
    "other_time": "outreach_other_time",
    "never": "outreach_never",
    "callback": "outreach_callback",
}
HANG_UP: Final = Decision("hangup")


class NothingToSay(Exception):
    """The books know nothing of this call: plain dialplan apologises."""


@dataclass(frozen=True, slots=True)
class OutgoingDeps:
    """What speaking needs from outside."""

    database: Database
    settings: Settings
    voice: Voice
    phrases: Phrases
    recorder: Callable[[], Recorder]


async def handle_outgoing(call: Call, deps: OutgoingDeps) -> Decision:
    """Speak, listen, and say what the dialplan does next. Raises when there is nothing to say."""
    found = await _script(call, deps)
    language = found.language or ("en" if deps.settings.locale == "en" else "zh")
    talk = Talk(call, deps.voice, deps.phrases, language)
    await talk.switch(language)
    if found.over:
        await talk.say(*talk.parts("outreach_hello"), *talk.parts("outreach_over"))
        return HANG_UP
    key = await _ask(talk, [*message(talk, found, deps.settings), *_keys_told(talk, found)], found)
    result = _meaning(found, key)
    if found.leads and result in {"", "heard"}:
        result = "person"
    if result == "person" and not await _free(deps, found.queue):
        result = "callback"
    await _tell(deps, call, result)
    if result == "person":
        return Decision("queue", found.queue, language=language)
    await talk.tell(_REPLIES.get(result, "outreach_goodbye"))
    return HANG_UP


async def _script(call: Call, deps: OutgoingDeps) -> Script:
    async with asyncio.timeout(READ_S), deps.database.reading() as session:
        found = await scripts.script(session, call.id, deps.settings)
    if found is None:
        raise NothingToSay
    return found


async def _free(deps: OutgoingDeps, queue: str) -> bool:
    async with asyncio.timeout(READ_S), deps.database.reading() as session:
        return await pacing.free_agents(session, queue) > 0


async def _ask(talk: Talk, texts: list[str], found: Script) -> str:
    attempts, timeout_s = (1, LEADS_S) if found.leads else (ATTEMPTS, TIMEOUT_S)
    for _ in range(attempts):
        key = await talk.listen(texts, timeout_s=timeout_s)
        if _meaning(found, key):
            return key
    return ""


async def _tell(deps: OutgoingDeps, call: Call, result: str) -> None:
    if result:
        recorder = deps.recorder()
        recorder.note(OutreachAnswered(subject=call_subject(call.id), result=result))
        await recorder.close()


def _meaning(found: Script, key: str) -> str:
    return _KEYS.get(found.purpose, _USUAL).get(key, "")


def _keys_told(talk: Talk, found: Script) -> list[str]:
    if found.leads:
        return talk.parts("outreach_leads")
    return talk.parts("outreach_home_keys" if found.purpose == "home" else "outreach_keys")


def message(talk: Talk, found: Script, settings: Settings) -> list[str]:
    """Why we call, as texts to be spoken."""
    hello = talk.parts("outreach_hello")
    if found.text is not None:
        return [*hello, found.text.to(talk.language)]
    today = now().astimezone(settings.zone).date()
    return [*hello, *_WORDS[found.purpose](talk, found, settings, today)]


def _reminder(talk: Talk, found: Script, _settings: Settings, _today: date) -> list[str]:
    tail = say.digits(found.account_number[-_TAIL:], talk.language)
    amount = say.money(found.owed_fen, talk.language)
    return talk.parts("outreach_reminder", tail=tail, amount=amount)


def _outage(talk: Talk, found: Script, settings: Settings, today: date) -> list[str]:
    outage = found.outage
    if outage is None:
        raise NothingToSay
    own = outage.text_en if talk.language == "en" else outage.text_zh
    if own.strip():
        return [own.strip(), *_until(talk, outage, settings, today)]
    day, time = _spoken(talk, outage.began_at, settings, today)
    begins = talk.parts("outage_announced", day=day, time=time)
    return [*begins, *_until(talk, outage, settings, today)]


def _until(talk: Talk, outage: Outage, settings: Settings, today: date) -> list[str]:
    if outage.expected_end_at is None:
        return []
    day, time = _spoken(talk, outage.expected_end_at, settings, today)
    return talk.parts("outage_until", day=day, time=time)


def _home(talk: Talk, found: Script, settings: Settings, today: date) -> list[str]:
    if found.visit_from is None or found.visit_until is None:
        raise NothingToSay
    day, begins = _spoken(talk, found.visit_from, settings, today)
    _day, ends = _spoken(talk, found.visit_until, settings, today)
    return talk.parts("outreach_home", day=day, begins=begins, ends=ends)


def _spoken(
    talk: Talk, moment: datetime, settings: Settings, today: date
) -> tuple[list[str], list[str]]:
    local = moment.astimezone(settings.zone)
    language: Language = talk.language
    return say.day(local.date(), language, today=today), say.clock(local.time(), language)


_Words = Callable[[Talk, Script, Settings, date], list[str]]
_WORDS: Final[Mapping[str, _Words]] = {"reminder": _reminder, "outage": _outage, "home": _home}
