"""Asking the caller who stayed: every way through, and every way out."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from crm.surveys import service
from ivr.phrases import load_phrases
from ivr.survey import SurveyDeps, Talked, handle_survey
from mainline.asterisk.call import CallerGone
from mainline.db import Database
from mainline.journal import Event
from tests.fakes.call import GONE, FakeCall
from tests.fakes.voice import FakeVoice
from tests.ivr.walking import HEAT


class Notes:
    """Keeps what the journal would get."""

    def __init__(self) -> None:
        self.facts: list[Event] = []
        self.closed = 0

    def note(self, event: Event) -> None:
        self.facts.append(event)

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
async def surveyed(database: Database) -> Database:
    async with database.unit_of_work() as session:
        await service.install(session)
    return database


async def ask(
    database: Database, keys: Sequence[str], *, queue: str = "repair", language: str = "zh"
) -> tuple[FakeCall, Notes]:
    call, notes = FakeCall(keys), Notes()
    deps = SurveyDeps(database, FakeVoice(), load_phrases(HEAT), lambda: notes)
    try:
        await handle_survey(call, Talked.of(("8001", queue, language)), deps)
    except CallerGone:
        notes.facts.append(Event(subject="call:call-1"))
    return call, notes


def told(notes: Notes) -> list[dict[str, object]]:
    return [fact.model_dump(include={"scores", "low"}) for fact in notes.facts[1:]]


@pytest.mark.parametrize(
    ("keys", "scores"),
    [
        (["1"], [{"scores": {"satisfaction": 5}, "low": False}]),
        (["3"], [{"scores": {"satisfaction": 1}, "low": True}]),
        (["7", "2"], [{"scores": {"satisfaction": 3}, "low": False}]),
        (["7", "7", "1"], []),
        ([], []),
    ],
)
async def test_what_is_keyed_becomes_a_score_after_two_attempts_at_most(
    surveyed: Database, keys: list[str], scores: list[dict[str, object]]
) -> None:
    call, notes = await ask(surveyed, keys)
    assert [fact.kind for fact in notes.facts[:1]] == ["survey.asked"]
    assert told(notes) == scores
    assert call.heard.count("感谢您的评价，再见。") == len(scores)
    assert notes.closed == 1
    assert call.deadlines


async def test_who_hangs_up_instead_has_not_rated(surveyed: Database) -> None:
    _call, notes = await ask(surveyed, [GONE])
    assert [type(fact).__name__ for fact in notes.facts] == ["SurveyAsked", "Event"]
    assert notes.closed == 1


async def test_the_question_is_asked_in_the_callers_language(surveyed: Database) -> None:
    call, _notes = await ask(surveyed, ["1"], language="en")
    assert call.heard[0].startswith("Please rate this call.")


async def test_nobody_is_asked_in_an_emergency(surveyed: Database) -> None:
    call, notes = await ask(surveyed, ["1"], queue="emergency")
    assert (call.heard, notes.facts) == ([], [])


async def test_where_nobody_is_asked_nobody_waits_for_the_books(
    surveyed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveyed, "unit_of_work", None)
    with capture_logs() as said:
        await ask(surveyed, ["1"], queue="emergency")
    assert said == []


async def test_with_the_books_away_the_caller_is_let_go(tmp_path: object) -> None:
    away = Database(f"sqlite+aiosqlite:///{tmp_path}/without-tables.db")
    call, notes = await ask(away, ["1"])
    assert (call.heard, notes.facts) == ([], [])
    await away.dispose()
