from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.interactions.board import day_of
from crm.interactions.metrics import CLASSES, Figures, Group, figures, together
from crm.interactions.queries import queue_figures
from crm.interactions.recount import recount
from mainline.db import Database
from mainline.journal.call_events import CallOffered, QueueEntered, QueueLeft
from tests.crm.calls import (
    NINE,
    abandoned_call,
    answered_call,
    facts,
    self_served_call,
    take_in,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_figures_of_a_queue() -> None:
    found = figures(
        [
            Group("answered", 8, in_time=6, wait_s=120.0, longest_s=60.0),
            Group("abandoned", 1, in_time=1, wait_s=5.0, longest_s=5.0),
            Group("timeout", 1, wait_s=600.0, longest_s=600.0),
            Group("key", 2),
            Group("withdrawn", 3),
            Group(None, 4),
        ]
    )
    assert (found.offered, found.answered, found.abandoned, found.overflow) == (19, 8, 1, 3)
    assert (found.withdrawn, found.waiting, found.balanced) == (3, 4, True)
    assert found.service_level == 6 / 12
    assert found.abandon_rate == 1 / 12
    assert (found.asa_s, found.longest_wait_s) == (15.0, 600.0)


def test_an_empty_queue_has_no_rates() -> None:
    assert (Figures().service_level, Figures().abandon_rate, Figures().asa_s) == (None, None, None)


@given(
    st.lists(
        st.builds(
            Group,
            st.sampled_from(list(CLASSES)),
            st.integers(0, 50),
            in_time=st.just(0),
            wait_s=st.floats(0, 1e4),
            longest_s=st.floats(0, 1e3),
        ),
        max_size=8,
    )
)
def test_nobody_is_lost_or_counted_twice(groups: list[Group]) -> None:
    whole = figures(groups)
    assert whole.balanced
    assert whole.offered == sum(group.visits for group in groups)
    both = together([figures(groups[:3]), figures(groups[3:])])
    assert both.balanced
    assert (both.offered, both.answered, both.longest_wait_s) == (
        whole.offered,
        whole.answered,
        whole.longest_wait_s,
    )


def test_the_day_is_the_companys() -> None:
    begins, ends = day_of(datetime(2026, 11, 23, 15, 59, tzinfo=UTC), SHANGHAI)
    assert begins == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert ends - begins == timedelta(days=1)
    assert day_of(ends, SHANGHAI)[0] == ends


async def test_the_figures_come_from_the_visits_with_each_queues_own_service_level(
    database: Database,
) -> None:
    waiting = facts("w", (9, QueueEntered, {"queue": "service"}))
    key = facts(
        "k",
        (0, CallOffered, {"ani": "1", "dnis": "9"}),
        (5, QueueEntered, {"queue": "service"}),
        (50, QueueLeft, {"queue": "service", "how": "key"}),
    )
    await take_in(database, *answered_call(), *abandoned_call(), *waiting, *key)
    since, until = day_of(NINE, SHANGHAI)
    async with database.reading() as session:
        found = await queue_figures(session, since=since, until=until)
        strict = await queue_figures(
            session, since=since, until=until, service_levels={"repair": 9}
        )
        tomorrow = await queue_figures(session, since=until, until=until + timedelta(days=1))
    assert set(found) == {"service", "repair"}
    assert (found["service"].offered, found["service"].balanced) == (3, True)
    assert (found["service"].abandoned, found["service"].overflow, found["service"].waiting) == (
        1,
        1,
        1,
    )
    assert (found["repair"].service_level, strict["repair"].service_level) == (1.0, 0.0)
    assert found["repair"].asa_s == 10.0
    assert tomorrow == {}


async def test_a_recount_agrees_and_finds_what_was_tampered_with(
    sqlite_database: Database,
) -> None:
    await take_in(sqlite_database, *answered_call(), *abandoned_call(), *self_served_call())
    await take_in(sqlite_database, consumer="floor")
    async with sqlite_database.reading() as session:
        assert await recount(session, NINE, SHANGHAI) == []
    async with sqlite_database.unit_of_work() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE queue_visit SET how = 'answered'")
        await connection.exec_driver_sql("UPDATE interaction SET outcome = 'answered'")
    async with sqlite_database.reading() as session:
        wrong = await recount(session, NINE, SHANGHAI)
    assert [":".join(line.split(":")[:3:2]) for line in sorted(wrong)] == [
        "call ml-2.1",
        "call ml-3.1",
        "queue service: abandoned",
        "queue service: answered",
        "queue service",
    ]


async def test_a_recount_misses_a_call_that_is_shown_nowhere_and_a_wait_that_was_shortened(
    sqlite_database: Database,
) -> None:
    await take_in(sqlite_database, *answered_call(), *abandoned_call())
    await take_in(sqlite_database, consumer="floor")
    async with sqlite_database.unit_of_work() as session:
        connection = await session.connection()
        lost = "ml-2.1"
        for table, column in (("queue_visit", "call_id"), ("interaction", "id")):
            await connection.exec_driver_sql(f"DELETE FROM {table} WHERE {column} = '{lost}'")
        await connection.exec_driver_sql("UPDATE queue_visit SET wait_s = wait_s - 1")
    async with sqlite_database.reading() as session:
        wrong = await recount(session, NINE, SHANGHAI)
    assert wrong[0] == "call ml-2.1: shown no call, counted abandoned"
    assert {line.split(":")[0] for line in wrong[1:]} == {"queue repair", "queue service"}
    assert any("answer_wait_s" in line for line in wrong)


@pytest.mark.parametrize("how", sorted(way for way in CLASSES if way))
async def test_every_way_out_of_a_queue_is_counted(sqlite_database: Database, how: str) -> None:
    call = facts(
        "x",
        (0, CallOffered, {"ani": "1", "dnis": "9"}),
        (1, QueueEntered, {"queue": "service"}),
        (9, QueueLeft, {"queue": "service", "how": how}),
    )
    await take_in(sqlite_database, *call)
    since, until = day_of(NINE, SHANGHAI)
    async with sqlite_database.reading() as session:
        found = (await queue_figures(session, since=since, until=until))["service"]
    assert found.balanced
    assert getattr(found, CLASSES[how]) == 1
