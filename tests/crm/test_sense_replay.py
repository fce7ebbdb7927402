"""Whole days, generated from a seed, in which something is wrong or nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.sense.look import look
from crm.sense.models import OutageCandidate
from crm.sense.service import install
from mainline.config import PROJECT
from mainline.db import Database
from tests.crm.sense_town import BRANCHES, STATIONS, Call, keep, outage, quiet_day, settle

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ORDINARY = 36.0
"""Calls of one class on an ordinary day: 1.5 a day from a thousand homes."""
WHOLE_TOWN = 10.0
"""The first day of heating: ten times the calls, half of them from few places."""


@pytest.fixture
async def city(sqlite_database: Database) -> Database:
    """Forty stations with 24,000 homes, and the rule as the heating pack brings it."""
    async with sqlite_database.unit_of_work() as session:
        await install(session, Path(PROJECT / "packs" / "heat"))
        await settle(session)
    return sqlite_database


async def replay(session: AsyncSession, calls: Sequence[Call], mark: str) -> list[OutageCandidate]:
    """The day as it comes in, looked at once a minute; what was raised in it."""
    raised: list[OutageCandidate] = []
    waiting = list(calls)
    while waiting:
        at = waiting[0].at + MINUTE
        here = [call for call in waiting if call.at <= at]
        waiting = waiting[len(here) :]
        await keep(session, here, f"{mark}-{len(waiting)}")
        raised += await look(session, at, ZONE)
    return raised


async def a_month(session: AsyncSession, a_day: float) -> None:
    """What was learned before: four weeks in which nothing was wrong."""
    for day in range(28):
        calls = quiet_day(1000 + day, MIDNIGHT - timedelta(days=28 - day), a_day=a_day)
        await keep(session, calls, f"past-{day}")


def kth(calls: Sequence[Call], station: int, k: int, since: datetime) -> datetime:
    """When the k-th different caller of a station called."""
    first: dict[int, datetime] = {}
    for call in calls:
        if call.station == station and call.at >= since:
            first.setdefault(call.home, call.at)
    return sorted(first.values())[k - 1]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("days", "factor"), [(30, 1.0), (2, WHOLE_TOWN)])
async def test_days_without_an_outage_raise_nothing(
    city: Database, days: int, factor: float
) -> None:
    """Ordinary days, some colder than others; and days on which the whole town calls."""
    raised: list[OutageCandidate] = []
    async with city.unit_of_work() as session:
        await a_month(session, ORDINARY)
        for day in range(days):
            calls = quiet_day(day, MIDNIGHT + timedelta(days=day), a_day=ORDINARY * factor)
            raised += await replay(session, calls, f"day-{day}")
    assert [(one.area_id, one.callers, one.expected) for one in raised] == []


async def test_an_outage_is_suspected_within_a_minute_of_the_fifth_call(city: Database) -> None:
    began_at = MIDNIGHT + timedelta(hours=9)
    calls = sorted(
        [*quiet_day(7, MIDNIGHT, a_day=ORDINARY), *outage(7, 3, began_at)], key=lambda c: c.at
    )
    async with city.unit_of_work() as session:
        await a_month(session, ORDINARY)
        raised = await replay(session, calls, "day")
        [one] = raised
        assert one.area_id == 4
        assert one.raised_at <= kth(calls, 3, 5, began_at) + MINUTE
        assert one.raised_at >= kth(calls, 3, 4, began_at - timedelta(hours=1))
        assert one.callers > 50


async def test_a_day_with_half_its_calls_from_eight_places_finds_exactly_these(
    city: Database,
) -> None:
    """First day of heating: the town calls ten times as often, and eight stations have no heat."""
    began_at, cold = MIDNIGHT + timedelta(hours=7), (2, 5, 11, 17, 23, 29, 31, 38)
    town = quiet_day(11, MIDNIGHT, a_day=ORDINARY * WHOLE_TOWN / 2)
    places = [call for station in cold for call in outage(station, station, began_at, part=0.05)]
    calls = sorted([*town, *places], key=lambda call: call.at)
    assert 0.4 < len(places) / len(calls) < 0.7
    async with city.unit_of_work() as session:
        await a_month(session, ORDINARY)
        raised = await replay(session, calls, "day")
    assert sorted(one.area_id - 1 for one in raised) == list(cold)
    for one in raised:
        eighth = kth(calls, one.area_id - 1, 8, began_at - timedelta(minutes=15))
        assert one.raised_at <= eighth + MINUTE, one.area_id


async def test_a_fault_above_many_stations_is_found_in_their_branch(city: Database) -> None:
    """Two or three callers from each of ten stations: none of them unusual alone."""
    began_at = MIDNIGHT + timedelta(hours=3)
    calls = [
        Call(began_at + timedelta(seconds=20 * number), number % 10, number)
        for number in range(20)
    ]  # fmt: skip
    async with city.unit_of_work() as session:
        await a_month(session, ORDINARY)
        [one] = await replay(session, calls, "day")
    assert one.area_id == STATIONS + 1
    assert one.area_id <= STATIONS + BRANCHES
    assert one.raised_at <= calls[7].at + MINUTE


async def test_confirmed_outages_do_not_become_the_normal(city: Database) -> None:
    began_at = MIDNIGHT + timedelta(hours=9)
    async with city.unit_of_work() as session:
        await a_month(session, ORDINARY)
        [first] = await replay(session, outage(1, 3, began_at), "one")
        first.state = "confirmed"
        [again] = await replay(session, outage(2, 3, began_at + timedelta(days=7)), "two")
        assert again.expected < 2 * first.expected
        again.state = "rejected"
        week = began_at + timedelta(days=14)
        third = await replay(session, outage(3, 3, week), "three")
        assert [one.expected > 4 * first.expected for one in third] == [True]


async def test_a_suspicion_nobody_calls_about_any_more_ends_by_itself(city: Database) -> None:
    began_at = MIDNIGHT + timedelta(hours=9)
    calls = [Call(began_at + timedelta(seconds=30 * n), 3, n) for n in range(5)]
    async with city.unit_of_work() as session:
        [one] = await replay(session, calls, "day")
        last = calls[-1].at
        assert await look(session, last + timedelta(minutes=45), ZONE) == []
        assert one.state == "open"
        assert await look(session, last + timedelta(minutes=46), ZONE) == []
        assert one.state == "over"
        rows = await session.scalars(select(OutageCandidate.state))
        assert list(rows) == ["over"]
