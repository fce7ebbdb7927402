"""An estimate is honest or is not given."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.callbacks import service as callbacks
from crm.interactions.estimate import (
    Answered,
    estimate,
    expected_s,
    pace_of,
    pace_s,
    whole_minutes,
)
from mainline.clock import now
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import CallEnded, CallOffered, QueueEntered
from mainline.journal.floor_events import AgentReady, AgentSignedIn
from mainline.journal.talk_events import AgentAnswered
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def answers(*told: tuple[float, float]) -> list[Answered]:
    """Seconds after nine, and how long that caller had waited."""
    return [Answered(NINE + timedelta(seconds=at), wait) for at, wait in told]


FULL = [(n * 40.0, 300.0) for n in range(6)]


def test_the_pace_of_a_full_queue_is_the_time_between_two_answers() -> None:
    assert pace_s(answers(*FULL)) == 40.0
    assert pace_s(answers(*FULL)[::-1]) == 40.0


def test_slack_times_say_nothing_of_the_pace() -> None:
    slack = [(n * 40.0, 2.0) for n in range(20)]
    assert pace_s(answers(*slack)) is None
    quiet_hour_before = [(-4000.0, 1.0), (-2000.0, 1.0)]
    assert pace_s(answers(*quiet_hour_before, *FULL)) == 40.0


def test_too_few_intervals_say_nothing() -> None:
    assert pace_s(answers(*FULL[:-1])) is None
    assert pace_s([]) is None


@pytest.mark.parametrize(
    ("pace", "ahead", "free", "there", "seconds"),
    [
        (40.0, 0, 0, 2, 40.0),
        (40.0, 4, 0, 2, 200.0),
        (40.0, 4, 5, 5, None),
        (40.0, 4, 4, 5, 200.0),
        (40.0, 4, 0, 0, None),
        (None, 4, 0, 2, None),
    ],
)
def test_nothing_is_said_where_nobody_knows_or_nobody_waits(
    pace: float | None, ahead: int, free: int, there: int, seconds: float | None
) -> None:
    assert expected_s(pace, ahead=ahead, free=free, there=there) == seconds


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0, 0), (59.9, 0), (60, 1), (61, 2), (120, 2), (539, 9), (600, 10), (601, 11), (9999, 11)],
)
def test_it_is_rounded_up_to_whole_minutes_and_never_exact_when_long(
    seconds: float, minutes: int
) -> None:
    assert whole_minutes(seconds) == minutes


@given(st.lists(st.tuples(st.floats(0, 4000), st.floats(0, 900)), max_size=30), st.integers(0, 50))
def test_who_stands_behind_never_waits_shorter(told: list[tuple[float, float]], ahead: int) -> None:
    pace = pace_s(answers(*told))
    here = expected_s(pace, ahead=ahead, free=0, there=1)
    behind = expected_s(pace, ahead=ahead + 1, free=0, there=1)
    assert (here is None) == (behind is None) == (pace is None)
    if here is not None and behind is not None:
        assert 0 <= here <= behind


async def answered(database: Database, number: int, at: datetime, wait_s: float) -> None:
    subject = f"call:ml-{number}.1"
    entered = at - timedelta(seconds=wait_s)
    await take_in(
        database,
        CallOffered(subject=subject, at=entered, ani="13900000000", dnis="96777"),
        QueueEntered(subject=subject, at=entered, queue="repair"),
        AgentAnswered(subject=subject, at=at, agent="8001", queue="repair"),
        CallEnded(subject=subject, at=at),
    )


async def waits(database: Database, call: str, since: datetime, priority: int = 0) -> None:
    event: Event = QueueEntered(subject=f"call:{call}", at=since, queue="repair", priority=priority)
    await take_in(database, event)


async def test_the_books_tell_the_wait_of_a_place(town: Database, clock: StandingClock) -> None:
    """The town's agent 8001 answers the repair queue."""
    for number in range(6):
        at = now() - timedelta(seconds=600 - 60 * number)
        await answered(town, number, at, wait_s=200)
    async with town.reading() as session:
        assert await pace_of(session, "repair") == 60.0
        assert await pace_of(session, "billing") is None
        assert await estimate(session, "repair") is None  # nobody is there
    busy = AgentAnswered(subject="call:ml-0.1", at=now(), agent="8001", queue="repair")
    signed = (AgentSignedIn(subject="agent:8001"), AgentReady(subject="agent:8001"))
    await take_in(town, *signed, consumer="floor")
    async with town.reading() as session:
        assert await estimate(session, "repair") is None  # somebody is free
    clock.forward(seconds=1)
    await take_in(town, busy.model_copy(update={"at": now()}), consumer="floor")
    await waits(town, "ml-7.1", now() - timedelta(seconds=50))
    await waits(town, "ml-8.1", now() - timedelta(seconds=10))
    await waits(town, "ml-9.1", now() - timedelta(seconds=5), priority=50)
    async with town.unit_of_work() as session:
        await callbacks.ask(
            session, number="13912345678", source="queue", queue="repair",
            since=now() - timedelta(seconds=20),
        )  # fmt: skip
    async with town.reading() as session:
        assert await estimate(session, "repair") == 300.0
        place = now() - timedelta(seconds=30)
        assert await estimate(session, "repair", since=place) == 180.0
        assert await estimate(session, "repair", priority=50) == 120.0
