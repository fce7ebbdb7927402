from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from crm.customers.identify import (
    _BY_NUMBER,
    ROWS_MAX,
    Identification,
    by_account_number,
    identify,
)
from crm.customers.models import BarredNumber, ServiceAccount
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


@pytest.fixture
async def street(database: Database, clock: StandingClock) -> Database:
    async with database.unit_of_work() as session:
        node = await place(session, "和平区", "南湖街", "幸福小区")
        first = await premise(session, node, "幸福小区1号楼")
        second = await premise(session, node, "幸福小区2号楼")
        await customer(session, "王芳", "13800008000", "02431234567", accounts={"100001": first})
        await customer(
            session, "李强", "02431234567", accounts={"100002": first, "100003": second}, priority=9
        )
        await customer(session, "无户", "13900000001")
        session.add(BarredNumber(number="13600006666"))
        session.add(BarredNumber(number="13600007777", until=clock.at + timedelta(hours=1)))
        session.add(BarredNumber(number="13800008000", until=clock.at - timedelta(hours=1)))
    return database


async def who(database: Database, raw: str) -> Identification:
    async with database.reading() as session:
        return await identify(session, raw, area_code="024")


@pytest.mark.parametrize("raw", ["13800008000", "+8613800008000", "0086 138 0000 8000"])
async def test_a_known_number_is_its_customer_however_it_is_told(
    street: Database, raw: str
) -> None:
    found = await who(street, raw)
    assert (found.how, found.barred, found.number) == ("ani", False, "13800008000")
    [wang] = found.candidates
    assert (wang.name, wang.priority, wang.restricted, wang.language) == ("王芳", 0, False, None)
    [account] = wang.accounts
    assert (account.number, account.address_zh, account.address_en) == (
        "100001",
        "幸福小区1号楼",
        "幸福小区1号楼 (en)",
    )


async def test_a_shared_number_gives_everybody_the_priority_first(street: Database) -> None:
    found = await who(street, "31234567")
    assert [(one.name, [a.number for a in one.accounts]) for one in found.candidates] == [
        ("李强", ["100002", "100003"]),
        ("王芳", ["100001"]),
    ]


async def test_a_customer_without_an_account_is_known_too(street: Database) -> None:
    [found] = (await who(street, "13900000001")).candidates
    assert (found.name, found.accounts) == ("无户", ())


@pytest.mark.parametrize(
    ("raw", "how"),
    [
        ("13700000000", "none"),
        ("anonymous", "withheld"),
        ("", "withheld"),
        ("' OR 1=1 --", "none"),
        ("13800008000\nActivationcode", "none"),
        ("9" * 500, "none"),
    ],
)
async def test_unknown_withheld_and_nonsense_are_nobody(
    street: Database, raw: str, how: str
) -> None:
    found = await who(street, raw)
    assert (found.how, found.candidates, found.barred) == (how, (), False)


async def test_a_barred_number_is_barred_until_its_day(
    street: Database, clock: StandingClock
) -> None:
    assert (await who(street, "13600006666")).barred
    assert (await who(street, "13600007777")).barred
    assert not (await who(street, "13800008000")).barred
    clock.forward(hours=2)
    assert not (await who(street, "13600007777")).barred


async def test_closed_accounts_are_not_offered(street: Database) -> None:
    async with street.unit_of_work() as session:
        for account_id in (1, 2):
            account = await session.get_one(ServiceAccount, account_id)
            account.status = "closed"
    assert [a.number for a in (await who(street, "31234567")).candidates[0].accounts] == ["100003"]
    async with street.reading() as session:
        assert await by_account_number(session, "100001") is None


async def test_an_account_number_is_its_customer_with_that_account_only(street: Database) -> None:
    async with street.reading() as session:
        found = await by_account_number(session, " 100003 ")
        assert found is not None
        assert (found.name, [a.number for a in found.accounts]) == ("李强", ["100003"])
        for wrong in ("", "999999", "1' OR '1'='1", "1" * 21, "１００００１"):
            assert await by_account_number(session, wrong) is None


async def test_a_number_of_half_the_town_does_not_take_for_ever(street: Database) -> None:
    async with street.unit_of_work() as session:
        for n in range(ROWS_MAX + 5):
            await customer(session, f"租户{n}", "02488888888")
    assert len((await who(street, "02488888888")).candidates) == ROWS_MAX


async def test_the_look_up_reads_indexes_only(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as session:
        connection = await session.connection()
        sql = str(_BY_NUMBER.compile(connection.sync_connection))
        plan = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {sql}", tuple("0" * sql.count("?"))
        )
        steps = [row[3] for row in plan]
    # "asked" is the one row that holds the number
    assert {step for step in steps if step.startswith("SCAN")} <= {"SCAN asked"} | {
        step for step in steps if "CONSTANT" in step
    }
    assert any("customer_phone" in step and "INDEX" in step for step in steps)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text(max_size=60))
async def test_whatever_number_a_network_tells_the_look_up_answers(
    sqlite_database: Database, raw: str
) -> None:
    async with sqlite_database.reading() as session:
        found = await identify(session, raw, area_code="024")
        assert found.candidates == ()
        assert await session.scalar(text("SELECT count(*) FROM customer_phone")) == 0
