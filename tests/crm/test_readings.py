"""Readings are kept once, judged by what was read before, and told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.billing import readings
from crm.billing.events import MeterRead
from crm.billing.models import Meter, MeterReading
from crm.billing.readings import ReadingImpossible, take, verdict
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import entries_after
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = Settings().zone


@pytest.fixture
async def meter(database: Database, clock: StandingClock) -> int:
    """A meter that used a unit a day."""
    async with database.unit_of_work() as session:
        await readings.install(session, PROJECT / "packs" / "water")
        node = await place(session, "和平区", "南湖街", "幸福小区")
        home = await premise(session, node, "幸福小区1号楼")
        await customer(session, "王芳", accounts={"10000001": home})
        made = Meter(account_id=1, number="M10000001", unit="t", digits=5)
        session.add(made)
        await session.flush()
        for age in range(4):
            session.add(
                MeterReading(
                    meter_id=made.id, read_at=clock.at - timedelta(days=30 * (age + 1)),
                    value=1000 - 30 * age, source="round", state="accepted", key=f"round:{age}",
                )
            )  # fmt: skip
        return made.id


async def _take(database: Database, meter_id: int, value: int, key: str = "k") -> MeterReading:
    async with database.unit_of_work() as session:
        return await take(
            session, meter_id=meter_id, value=value, source="ivr", key=key, by="ivr", zone=ZONE,
            call_id="call-1",
        )  # fmt: skip


async def _kept(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(MeterReading)) or 0


async def test_a_reading_is_kept_with_its_call_and_told(database: Database, meter: int) -> None:
    reading = await _take(database, meter, 1030)
    assert (reading.state, reading.source, reading.call_id) == ("accepted", "ivr", "call-1")
    async with database.reading() as session:
        (entry,) = await entries_after(session, 0, subject="account:1")
    assert isinstance(entry.event, MeterRead)
    assert (entry.event.reading_id, entry.event.state, entry.event.by) == (
        reading.id, "accepted", "ivr",
    )  # fmt: skip


async def test_the_same_key_is_one_reading(database: Database, meter: int) -> None:
    first = await _take(database, meter, 1030)
    again = await _take(database, meter, 1040)
    assert (again.id, again.value) == (first.id, 1030)
    assert await _kept(database) == 5


@pytest.mark.parametrize("value", [999, 5000])
async def test_a_doubtful_reading_is_to_be_checked_and_teaches_nothing(
    database: Database, meter: int, value: int
) -> None:
    assert (await _take(database, meter, value)).state == "to_check"
    async with database.reading() as session:
        assert await verdict(session, meter, 1030, ZONE) == "fine"


async def test_an_impossible_reading_is_refused_and_not_kept(
    database: Database, meter: int
) -> None:
    with pytest.raises(ReadingImpossible):
        await _take(database, meter, 100_000)
    assert await _kept(database) == 4


async def test_a_meter_that_was_taken_away_is_not_read(database: Database, meter: int) -> None:
    async with database.unit_of_work() as session:
        row = await session.get_one(Meter, meter)
        row.removed_on = row.created_at.date()
    with pytest.raises(NotFound):
        await _take(database, meter, 1030)
    async with database.reading() as session:
        assert await readings.meters(session, [1]) == {}


async def test_meters_come_with_their_newest_readings(database: Database, meter: int) -> None:
    async with database.reading() as session:
        ((view,),) = (await readings.meters(session, [1, 2], limit=2)).values()
    assert [one.value for one in view.readings] == [1000, 970]
    assert view.last is not None
    assert view.last.value == 1000


async def test_the_api_tells_meters_and_readings(as_role: AsRole) -> None:
    found = (await as_role("agent").get("/accounts/1/readings")).json()
    (meter,) = found["items"]
    assert (meter["number"], meter["unit"], meter["digits"]) == ("M10000001", "kwh", 6)
    assert len(meter["readings"]) == 7
    assert {one["source"] for one in meter["readings"]} == {"round"}
    values = [one["value"] for one in meter["readings"]]
    assert values == sorted(values, reverse=True)
    assert (await as_role("agent").get("/accounts/999/readings")).status_code == 404
    assert (await as_role("").get("/accounts/1/readings")).status_code in {401, 403}
