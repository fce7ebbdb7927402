"""The survey after a call: who is asked, what counts, what an agent's figures say."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.surveys import kinds, queries, service
from crm.surveys.survey import Survey
from mainline import definitions
from mainline.clock import now
from mainline.db import Database
from mainline.journal import append_all, entries_after
from mainline.journal.talk_events import SurveyAsked, SurveyRated
from tests.crm.calls import NINE, take_in
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock


def survey(**changes: Any) -> Survey:
    return Survey.model_validate({**service.house(), **changes})


def asked(call: str, agent: str = "8001", after_s: float = 0) -> SurveyAsked:
    at = NINE + timedelta(seconds=after_s)
    return SurveyAsked(subject=f"call:{call}", at=at, agent=agent, queue="repair", version=1)


def rated(call: str, score: int, *, low: bool = False, agent: str = "8001") -> SurveyRated:
    return SurveyRated(
        subject=f"call:{call}", at=NINE + timedelta(seconds=9), agent=agent, queue="repair",
        version=1, scores={"satisfaction": score}, low=low,
    )  # fmt: skip


def test_the_house_survey_has_no_mistakes_and_asks_nobody_in_an_emergency() -> None:
    assert kinds.SURVEY.problems(service.house()) == []
    assert set(survey().queues) == {"service", "repair", "billing"}


@pytest.mark.parametrize(
    ("key", "score", "low"), [("1", 5, False), ("2", 3, False), ("3", 1, True), ("4", None, False)]
)
def test_each_key_has_its_score_and_only_dissatisfaction_is_low(
    key: str, score: int | None, low: bool
) -> None:
    found = survey().questions[0].score(key)
    assert found == score
    assert survey().is_low({} if found is None else {"satisfaction": found}) is low


@given(every=st.integers(1, 50), calls=st.integers(0, 500))
def test_each_nth_caller_is_asked_and_nobody_of_a_queue_without_survey(
    every: int, calls: int
) -> None:
    one = survey(queues={"repair": every})
    turns = [one.is_turn("repair", count) for count in range(1, calls + 1)]
    assert sum(turns) == calls // every
    assert not any(one.is_turn("emergency", count) for count in range(1, calls + 1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"low": 10}, "low"),
        ({"queues": {"repair": 0}}, "every"),
        ({"questions": [*service.house()["questions"]] * 2}, "twice"),
    ],
)
def test_a_survey_that_cannot_work_is_not_published(change: dict[str, Any], code: str) -> None:
    problems = kinds.SURVEY.problems({**service.house(), **change})
    assert code in {problem.code for problem in problems if problem.level == "error"}


async def test_turns_are_counted_for_each_queue_by_itself(database: Database) -> None:
    async with database.unit_of_work() as session:
        made = await definitions.draft(
            session, "survey", "company",
            {**service.house(), "queues": {"repair": 2, "billing": 1}}, author="test",
        )  # fmt: skip
        await definitions.publish(session, "survey", "company", made.version, by="test")
    found = []
    for queue in ("repair", "billing", "repair", "emergency", "repair", "repair"):
        async with database.unit_of_work() as session:
            found.append(await service.next_turn(session, queue) is not None)
    assert found == [False, True, True, False, False, True]


async def test_without_a_definition_nobody_is_asked(database: Database) -> None:
    async with database.unit_of_work() as session:
        assert await service.next_turn(session, "repair") is None


async def test_ratings_are_counted_for_their_agent_in_whatever_order_they_are_told(
    database: Database,
) -> None:
    await take_in(
        database,
        rated("ml-1.1", 5), asked("ml-1.1"), rated("ml-1.1", 5),
        asked("ml-1.2"), rated("ml-1.2", 1, low=True),
        asked("ml-1.3"),
        asked("ml-1.4", "8002"),
        consumer="surveys",
    )  # fmt: skip
    async with database.reading() as session:
        span = {"since": NINE, "until": NINE + timedelta(hours=1)}
        one, other = await queries.by_agent(session, **span)
        low = await queries.ratings(session, **span, low=True)
        later = await queries.by_agent(session, since=span["until"], until=now())
    assert (one.agent, one.asked, one.rated, one.low, one.mean) == ("8001", 3, 2, 1, 3.0)
    assert (other.agent, other.asked, other.rated, other.low, other.mean) == ("8002", 1, 0, 0, None)
    assert [rating.call_id for rating in low] == ["ml-1.2"]
    assert later == []


async def test_leaders_and_quality_read_the_ratings_agents_do_not(
    as_role: AsRole, town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        await append_all(session, [asked("ml-9.1"), rated("ml-9.1", 1, low=True)])
        assert len(await entries_after(session, 0, subject="call:ml-9.1")) == 2
    await take_in(town, consumer="surveys")
    told = (await as_role("leader").get("/ratings/agents")).json()["items"]
    assert told == [{"agent": "8001", "asked": 1, "rated": 1, "low": 1, "mean": 1.0}]
    one = (await as_role("quality").get("/ratings?low=true")).json()["items"]
    assert [(each["call_id"], each["scores"]) for each in one] == [("ml-9.1", {"satisfaction": 1})]
    assert (await as_role("agent").get("/ratings")).status_code == 403
