"""One home that calls from two telephones is one caller, and so are two records that are one."""

from datetime import timedelta

import pytest

from crm.areas.models import ServiceArea
from crm.callbacks import queries as callbacks
from crm.callbacks.service import ask, promised
from crm.callbacks.subscribers import CONSUMER, CONSUMERS
from crm.campaigns import humane, numbers
from crm.campaigns.rules import OutboundRules
from crm.catalog import service as catalog
from crm.context import queries as context
from crm.context.rules import RepeatRules
from crm.customers.merged import household
from crm.duplicates import service as duplicates
from crm.interactions.models import Interaction
from crm.outages.models import Outage
from crm.sense import queries as sense
from crm.sense.models import OutageRequest, OutageSignal
from crm.sense.service import call_when_over
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append, consume
from mainline.journal.call_events import CallerIdentified, CallOffered
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

MOBILE, LANDLINE, OTHER = "13800000001", "02486000001", "13900000009"
HOME, TWIN, SHOP = 1, 2, 3


@pytest.fixture
async def street(database: Database, clock: StandingClock) -> Database:
    """王芳 with two telephones and a second record, and a shop with two."""
    async with database.unit_of_work() as session:
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", MOBILE, LANDLINE, accounts={"1": home})
        await customer(session, "王芳", OTHER)
        await customer(session, "小吃店", "02486000003", "02486000004", customer_class="commercial")
    return database


async def wish(street: Database, number: str, customer_id: int | None, call: str) -> int:
    async with street.unit_of_work() as session:
        row = await ask(
            session, number=number, source="menu", customer_id=customer_id, call_id=call,
            reason=call,
        )  # fmt: skip
        row.own_call_id = None
        return row.id


async def test_a_home_that_asks_from_two_telephones_is_called_once_on_the_last(
    street: Database,
) -> None:
    first = await wish(street, MOBILE, HOME, "call-1")
    assert await wish(street, LANDLINE, HOME, "call-2") == first
    async with street.reading() as session:
        (row,) = await callbacks.find(session)
        assert (row.number, row.open_key, row.reason) == (LANDLINE, LANDLINE, "call-1\ncall-2")
        assert await promised(session, MOBILE) is None
        there = await promised(session, MOBILE, HOME)
        assert there is not None
        assert there.id == first


async def test_behind_the_telephones_of_a_company_are_different_people(street: Database) -> None:
    for number, whose in (("02486000003", SHOP), ("02486000004", SHOP), (OTHER, None)):
        await wish(street, number, whose, number)
    async with street.reading() as session:
        assert [row.number for row in await callbacks.find(session)] == [
            "02486000003", "02486000004", OTHER,
        ]  # fmt: skip
        assert await household(session, SHOP) == []


async def test_records_that_were_merged_are_one_home(street: Database) -> None:
    first = await wish(street, OTHER, TWIN, "call-1")
    async with street.unit_of_work() as session:
        await duplicates.merge(session, "customer", HOME, TWIN, by="leader")
    assert await wish(street, MOBILE, HOME, "call-2") == first


async def test_who_calls_by_themselves_from_the_other_telephone_is_not_called_meanwhile(
    street: Database,
) -> None:
    await wish(street, MOBILE, HOME, "call-1")
    async with street.unit_of_work() as session:
        for call, ani, whose in (("ml-1", OTHER, SHOP), ("ml-2", LANDLINE, HOME)):
            await append(session, CallOffered(subject=f"call:{call}", ani=ani, dnis="1"))
            await append(
                session, CallerIdentified(subject=f"call:{call}", how="ani", customer_id=whose)
            )
    await consume(street, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])
    async with street.reading() as session:
        (row,) = await callbacks.find(session)
        assert row.own_call_id == "ml-2"
        assert await callbacks.due(session, now()) == []


async def test_a_home_is_called_once_when_the_outage_is_over(street: Database) -> None:
    async with street.unit_of_work() as session:
        area = ServiceArea(code="s1", kind="station", name_zh="一站", name_en="One")
        session.add(area)
        await session.flush()
        outage = Outage(service_area_id=area.id, kind="fault", text_zh="停", text_en="Out",
                        began_at=now(), status="running")  # fmt: skip
        session.add(outage)
        await session.flush()
        made = [
            await call_when_over(session, outage.id, number=number, customer_id=whose)
            for number, whose in ((MOBILE, HOME), (LANDLINE, HOME), (OTHER, None))
        ]
        assert made[0].id == made[1].id != made[2].id
        assert [made[0].number, made[2].number] == [LANDLINE, OTHER]
        assert await sense.asked(session, [outage.id]) == {outage.id: 2}
        assert isinstance(made[0], OutageRequest)


async def test_two_records_that_are_one_are_one_caller_of_an_area_and_one_past(
    street: Database,
) -> None:
    at = now()
    async with street.unit_of_work() as session:
        area = ServiceArea(code="s1", kind="station", name_zh="一站", name_en="One")
        session.add(area)
        await session.flush()
        for whose in (HOME, TWIN, SHOP):
            session.add(OutageSignal(
                area_id=area.id, class_code="x", call_id=f"c{whose}", premise_id=1,
                customer_id=whose, at=at, told=False,
            ))  # fmt: skip
            session.add(Interaction(
                id=f"c{whose}", began_at=at, direction="in", ani=OTHER, customer_id=whose,
            ))  # fmt: skip
        await session.flush()
        assert await sense.callers_since(session, at - timedelta(minutes=1)) == {area.id: 3}
        await duplicates.merge(session, "customer", HOME, TWIN, by="leader")
        assert await sense.callers_since(session, at - timedelta(minutes=1)) == {area.id: 2}
        past = await context.contacts(session, "now", HOME, None, at=at, rules=RepeatRules())
    assert {one.call_id for one in past} == {f"c{HOME}", f"c{TWIN}"}


async def test_a_campaign_calls_whom_a_record_became_and_spares_whom_either_spares(
    street: Database,
) -> None:
    async with street.unit_of_work() as session:
        await catalog.install(session, Settings().pack_dir)
        twin = await customer(session, "王芳", "13800000007", medical=True)
        assert await numbers.of_customers(session, [twin.id]) == {twin.id: "13800000007"}
        await duplicates.merge(session, "customer", HOME, twin.id, by="leader")
        called = await numbers.of_customers(session, [HOME, twin.id, SHOP])
        assert called[HOME] == called[twin.id]
        held = [
            await humane.held(session, OutboundRules(), customer_id=one, premise_id=None, at=now())
            for one in (HOME, TWIN)
        ]
    assert held == ["medical", ""]
