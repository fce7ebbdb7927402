from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.billing import queries as billing
from crm.billing.demo import periods
from crm.billing.models import Bill
from crm.customers.identify import by_account_number, identify
from crm.customers.models import Customer, ServiceAccount
from crm.customers.town import Tariff, town
from crm.demo import load_all
from crm.outages import service as outages
from crm.staff import auth, queries
from crm.staff.demo import PASSWORD
from crm.work_orders import queries as work_orders
from mainline.config import Settings
from mainline.db import Base, Database
from mainline.phone import normalise
from mainline.web import Principal
from tests.support.clock import StandingClock

AREA = "024"


async def counts(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return {
            name: await session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
async def demo(sqlite_database: Database, clock: StandingClock) -> Database:
    await load_all(sqlite_database, Settings())
    return sqlite_database


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
async def test_every_pack_loads_and_loading_again_changes_nothing(
    sqlite_database: Database, pack: Any, clock: StandingClock
) -> None:
    settings = Settings(pack=pack)
    await load_all(sqlite_database, settings)
    before = await counts(sqlite_database)
    assert before["customer"] >= 60
    assert before["outage"] == 2
    assert before["work_order"] >= 6
    await load_all(sqlite_database, settings)
    assert await counts(sqlite_database) == before


async def test_the_town_loads_on_postgresql_too(database: Database, clock: StandingClock) -> None:
    await load_all(database, Settings())
    assert (await counts(database))["customer"] >= 60


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_number_of_the_town_is_in_its_normal_form(pack: str) -> None:
    plan = town(pack)
    for resident in plan.customers:
        for phone in resident.phones:
            assert normalise(phone.number).number == phone.number
    known = {phone.number for resident in plan.customers for phone in resident.phones}
    strangers = [caller.number for caller in plan.callers if caller.number not in known]
    assert strangers == ["13700000000", "anonymous"]


async def test_the_demo_callers_are_who_they_say(demo: Database) -> None:
    async with demo.reading() as session:
        wang = await identify(session, "13800138001")
        assert [(one.name, len(one.accounts)) for one in wang.candidates] == [("王芳", 1)]
        assert wang.candidates[0].accounts[0].address_zh == "云州市和平区幸福小区3号楼2单元501室"
        assert wang.candidates[0].accounts[0].address_en == (
            "Room 501, Unit 2, Building 3, Xingfu Garden, Heping District"
        )
        li = await identify(session, "+8613800138002")
        assert [len(one.accounts) for one in li.candidates] == [2]
        shared = await identify(session, "23456789", area_code=AREA)
        assert [one.name for one in shared.candidates] == ["赵敏", "赵磊"]
        assert (await identify(session, "13800138004")).candidates[0].restricted
        assert (await identify(session, "13800138005")).candidates[0].priority == 20
        assert (await identify(session, "13800138006")).candidates[0].language == "en"
        assert (await identify(session, "13600006666")).barred
        assert (await identify(session, "13700000000")).how == "none"
        keyed = await by_account_number(session, "10000001")
        assert keyed is not None
        assert keyed.name == "王芳"


async def test_a_caller_with_arrears_and_an_order_and_one_in_an_outage(
    demo: Database, clock: StandingClock
) -> None:
    today = clock.at.date()
    async with demo.reading() as session:
        [wang] = (await identify(session, "13800138001")).candidates
        account = wang.accounts[0]
        owed = await billing.arrears(session, account.account_id, today=today)
        assert (owed.bills, owed.total_fen, owed.overdue_fen) == (2, 2 * 86 * 2600, 86 * 2600)
        last = await billing.last_bill(session, account.account_id)
        assert last is not None
        assert (last.period, last.amount_fen, last.paid_fen) == ("2026-2027", 86 * 2600, 0)
        [order] = await work_orders.open_of_customers(session, [wang.customer_id])
        assert (order.step, order.owner) == ("accepted", "冯涛")
        assert order.opened_at == clock.at - timedelta(hours=5)
        assert await outages.for_premise(session, account.premise_id) == []
        [sun] = (await identify(session, "13800138007")).candidates
        [outage] = await outages.for_premise(session, sun.accounts[0].premise_id)
        assert outage.kind == "fault"


async def test_everybody_can_sign_in_with_the_demo_password(demo: Database) -> None:
    async def who(login: str) -> Principal:
        signed = await auth.sign_in(demo, login=login, password=PASSWORD, address="x")
        return signed.principal

    assert (await who("agent1")).agent_number == "8001"
    assert (await who("leader")).roles == {"leader"}
    async with demo.reading() as session:
        numbers = [one.number for one in await queries.agents(session)]
    assert numbers == ["8000", "8001", "8002", "8003", "8004"]


async def test_bills_belong_to_accounts_and_nobody_paid_more_than_the_bill(demo: Database) -> None:
    async with demo.reading() as session:
        wrong = select(func.count()).where(Bill.paid_fen > Bill.amount_fen)
        assert await session.scalar(wrong) == 0
        billed = await session.scalar(select(func.count(Bill.account_id.distinct())))
        assert billed == await session.scalar(select(func.count()).select_from(ServiceAccount))
        assert await session.scalar(select(func.count()).select_from(Customer)) == 60


def test_bills_are_never_dated_after_today() -> None:
    season = Tariff(every="season", fen_per_m2=1)
    month = Tariff(every="month", fen_per_m2=1)
    assert [one[0] for one in periods(season, date(2026, 11, 23))] == [
        "2024-2025",
        "2025-2026",
        "2026-2027",
    ]
    assert [one[0] for one in periods(season, date(2026, 8, 1))] == ["2024-2025", "2025-2026"]
    assert periods(month, date(2026, 1, 15))[-1] == ("2025-12", date(2026, 1, 1), date(2026, 1, 25))
