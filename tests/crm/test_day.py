"""Half hours against a forecast, handling time, occupancy; service by the company's definition."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from crm.catalog.queues import Measure
from crm.interactions.day import Handling, forecast, handling, occupancy, read_day, read_forecast
from crm.interactions.half_hours import half_hours, step_of
from crm.interactions.metrics import Group, figures
from crm.interactions.queries import queue_figures
from crm.staff.queries import Spell
from mainline.db import Database
from mainline.journal.call_events import CallEnded, QueueEntered, QueueLeft
from mainline.journal.floor_events import AgentReady, AgentSignedIn
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall
from tests.crm.calls import NINE, facts, take_in
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)
GROUPS = (
    Group("answered", 8, in_time=6),
    Group("abandoned", 4, short=3),
    Group("timeout", 1),
    Group("key", 2, in_time=1),
    Group("withdrawn", 5),
    Group("callback", 5),
    Group(None, 7),
)


@pytest.mark.parametrize(
    ("measure", "met", "due", "given_up"),
    [
        (Measure(), 6, 15, 4),
        (Measure(short_abandon_s=5, short_abandons="count"), 6, 15, 4),
        (Measure(short_abandon_s=5, short_abandons="ignore"), 6, 12, 1),
        (Measure(short_abandon_s=5, short_abandons="answered"), 9, 15, 1),
        (Measure(answer="system"), 7, 15, 4),
        (Measure(answer="system", short_abandons="ignore"), 7, 12, 1),
    ],
)
def test_service_is_counted_by_the_companys_definition(
    measure: Measure, met: int, due: int, given_up: int
):
    found = figures(GROUPS, measure)
    assert (found.met, found.due, found.given_up) == (met, due, given_up)
    assert (found.service_level, found.abandon_rate) == (met / due, given_up / due)
    assert (found.offered, found.abandoned, found.balanced) == (32, 4, True)


def test_a_definition_of_service_that_makes_no_sense_is_refused():
    for wrong in ({"short_abandon_s": -1}, {"answer": "nobody"}, {"short_abandons": "forget"}):
        with pytest.raises(ValidationError):
            Measure.model_validate(wrong)


async def test_who_gives_up_at_once_is_told_apart_by_the_database(database: Database):
    for number, waited in enumerate((2, 5, 6)):
        told = facts(
            f"ml-{number}.1",
            (0, QueueEntered, {"queue": "repair"}),
            (waited, QueueLeft, {"queue": "repair", "how": "abandoned"}),
        )
        await take_in(database, *told)
    measure = Measure(short_abandon_s=5, short_abandons="ignore")
    async with database.reading() as session:
        since = NINE - timedelta(hours=1)
        shown = await queue_figures(
            session, since=since, until=NINE + timedelta(1), measure=measure
        )
    assert (shown["repair"].abandoned, shown["repair"].given_up, shown["repair"].due) == (3, 1, 1)


@pytest.mark.parametrize(
    ("minutes", "step"), [(0, 0), (29.99, 0), (30, 1), (60 * 23 + 59, 47), (-1, -1)]
)
def test_a_day_has_forty_eight_half_hours(minutes: float, step: int):
    assert step_of(MIDNIGHT + timedelta(minutes=minutes), MIDNIGHT) == step


def test_callers_are_counted_by_queue_half_hour_and_end():
    at = MIDNIGHT + timedelta(minutes=45)
    rows = [("a", at, "answered"), ("a", at, "answered"), ("b", at, None)]
    assert half_hours(rows, MIDNIGHT) == {("a", 1, "answered"): 2, ("b", 1, None): 1}


def test_the_forecast_is_the_mean_of_the_days_that_were():
    days = [
        Counter({("a", 20, "answered"): 6, ("a", 20, "abandoned"): 2}),
        Counter({("a", 20, "answered"): 4, ("a", 21, None): 1}),
    ]
    assert forecast(days) == {"a": {20: 6.0, 21: 0.5}}
    assert forecast([]) == {}


def test_handling_is_talk_hold_and_wrapup_of_the_calls_of_a_queue():
    found = [
        Spell("8001", "talking", "c1", 60.0),
        Spell("8001", "held", "c1", 20.0),
        Spell("8001", "wrapup", "c1", 10.0),
        Spell("8002", "talking", "c2", 30.0),
        Spell("8001", "ringing", "c1", 5.0),
        Spell("8003", "talking", "c1", 500.0),  # a colleague to whom it was transferred
    ]
    answered = {("c1", "8001"): "repair", ("c2", "8002"): "repair"}
    assert handling(found, answered) == {"repair": Handling(2, 120.0)}
    assert Handling(2, 120.0).aht_s == 60.0
    assert Handling().aht_s is None


def test_occupancy_is_the_busy_part_of_busy_and_ready_time():
    found = [
        Spell("8001", "ready", None, 30.0),
        Spell("8001", "talking", "c1", 60.0),
        Spell("8001", "ringing", "c1", 10.0),
        Spell("8001", "paused", None, 900.0),
    ]
    assert occupancy(found) == 0.7
    assert occupancy([]) is None


async def test_a_day_and_its_forecast_are_read_from_the_books(
    database: Database, clock: StandingClock
):
    clock.set(NINE + timedelta(hours=1))
    week = timedelta(weeks=1)
    agent, call = {"subject": "agent:8001"}, {"subject": "call:ml-now.1"}
    floor = [AgentSignedIn(**agent, at=NINE), AgentReady(**agent, at=NINE)]
    told = [
        QueueEntered(**call, at=NINE + timedelta(seconds=60), queue="repair"),
        AgentAnswered(**call, at=NINE + timedelta(seconds=70), agent="8001", queue="repair"),
        AgentLeftCall(**call, at=NINE + timedelta(seconds=130), agent="8001"),
        CallEnded(**call, at=NINE + timedelta(seconds=130)),
    ]
    for back in (1, 3):
        past = {"subject": f"call:ml-past{back}.1"}
        told += [
            QueueEntered(**past, at=NINE - back * week, queue="repair"),
            CallEnded(**past, at=NINE - back * week + timedelta(seconds=5)),
        ]
    await take_in(database, *floor, *told)
    await take_in(database, consumer="floor")
    clock.set(NINE + timedelta(seconds=190))
    async with database.reading() as session:
        day = await read_day(session, clock.at, ZONE)
        expected = await read_forecast(session, clock.at, ZONE)
    assert day.counted == {("repair", 18, "answered"): 1}
    assert day.handling == {"repair": Handling(1, 120.0)}  # a minute's talk, a minute's wrap-up
    assert day.occupancy == pytest.approx(120 / 190)
    assert expected == {"repair": {18: 1.0}}
