"""The caller who stays on the line when the agent has hung up is asked about the call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crm.surveys import service
from crm.surveys.service import Version
from crm.surveys.survey import Question, Survey
from ivr.phrases import Phrases
from ivr.prompts.warm import Prompt
from ivr.say import LANGUAGES, Language
from ivr.service import Recorder
from ivr.talk import Talk, Voice
from mainline.asterisk.call import Call
from mainline.db import Database
from mainline.ids import call_subject
from mainline.journal.talk_events import SurveyAsked, SurveyRated
from mainline.log import get_logger

ANSWER_S: Final = 1.5
"""The caller hears nothing meanwhile; longer, and they are let go."""

log = get_logger("ivr")


@dataclass(frozen=True, slots=True)
class SurveyDeps:
    """What asking needs from outside."""

    database: Database
    voice: Voice
    phrases: Phrases
    recorder: Callable[[], Recorder]


@dataclass(frozen=True, slots=True)
class Talked:
    """With whom the caller has talked, in the dialplan's words."""

    agent: str
    queue: str
    language: Language

    @classmethod
    def of(cls, words: Sequence[str]) -> Talked:
        """From the words of a request."""
        agent, queue, language = (*words, "", "", "")[:3]
        return cls(agent, queue, "en" if language == "en" else "zh")


async def handle_survey(call: Call, talked: Talked, deps: SurveyDeps) -> None:
    """Ask, if it is this caller's turn. What was answered before a hang-up counts."""
    found = await _turn(deps.database, talked.queue)
    if found is None:
        return
    about = {"subject": call_subject(call.id), "agent": talked.agent, "queue": talked.queue}
    recorder = deps.recorder()
    recorder.note(SurveyAsked.model_validate({**about, "version": found.version}))
    talk = Talk(call, deps.voice, deps.phrases, talked.language)
    scores: dict[str, int] = {}
    try:
        await _ask_all(talk, found.survey, scores)
    finally:
        if scores:
            said = {"version": found.version, "scores": scores, "low": found.survey.is_low(scores)}
            recorder.note(SurveyRated.model_validate({**about, **said}))
        await recorder.close()


async def _turn(database: Database, queue: str) -> Version | None:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await _counted(database, queue)
    except Exception as error:
        log.warning("survey.skipped", error=type(error).__name__)
        return None


async def _counted(database: Database, queue: str) -> Version | None:
    """Nobody waits for the books' lock where nobody is asked."""
    async with database.reading() as session:
        if not await service.asks(session, queue):
            return None
    async with database.unit_of_work() as session:
        return await service.next_turn(session, queue)


async def _ask_all(talk: Talk, survey: Survey, scores: dict[str, int]) -> None:
    for question in survey.questions:
        score = await _ask(talk, survey, question)
        if score is None:
            break
        scores[question.name] = score
    if scores:
        await talk.say(survey.thanks.to(talk.language))


async def _ask(talk: Talk, survey: Survey, question: Question) -> int | None:
    """The score; None for somebody who does not want to be asked."""
    for _ in range(survey.attempts):
        key = await talk.listen([question.text.to(talk.language)], timeout_s=survey.timeout_s)
        score = question.score(key)
        if score is not None:
            return score
        if not key:
            break
    return None


def prompts(survey: Survey) -> Iterator[Prompt]:
    """What has to be spoken, to be made before anybody is asked."""
    for language in LANGUAGES:
        yield from (Prompt(text, language) for text in _texts(survey, language))


def _texts(survey: Survey, language: Language) -> Iterator[str]:
    yield from (question.text.to(language) for question in survey.questions)
    yield survey.thanks.to(language)
