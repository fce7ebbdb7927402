"""Rows and lists as they stood: today's rows with every later change undone."""

from datetime import timedelta

import pytest

from crm.customers.models import Customer, CustomerPhone, ServiceAccount
from mainline.audit.as_of import keys_changed_since, row_as_of, rows_where_as_of, table_as_of
from mainline.clock import now
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


async def test_a_record_stands_as_it_was_at_each_moment(
    database: Database, clock: StandingClock
) -> None:
    before = now() - timedelta(seconds=1)
    moments = []
    async with database.unit_of_work() as session:
        session.add(Customer(id=7, name="王芳", id_tail="sealed"))
    for name in ("王方", "王放"):
        moments.append(now())
        clock.forward(seconds=60)
        async with database.unit_of_work() as session:
            (await session.get_one(Customer, 7)).name = name
    moments.append(now())
    clock.forward(seconds=60)
    async with database.unit_of_work() as session:
        await session.delete(await session.get_one(Customer, 7))
    async with database.reading() as session:
        found = [await row_as_of(session, Customer, "7", each) for each in moments]
        assert [each.name for each in found if each] == ["王芳", "王方", "王放"]
        assert [each.created_at for each in found if each] == [moments[0]] * 3
        assert await row_as_of(session, Customer, "7", before) is None
        assert await row_as_of(session, Customer, "7", now()) is None
        assert await row_as_of(session, Customer, "nobody", now()) is None
        assert await keys_changed_since(session, Customer, moments[2], limit=5) == ["7"]
        assert await keys_changed_since(session, Customer, now(), limit=5) == []


async def test_a_list_holds_who_was_in_it_then_wherever_they_are_now(
    database: Database, clock: StandingClock
) -> None:
    async with database.unit_of_work() as session:
        node = await place(session, "和平区")
        old, new = await premise(session, node, "甲"), await premise(session, node, "乙")
        wang = await customer(session, "王芳", "13800000001", "13800000002", accounts={"1": old})
    clock.forward(seconds=60)
    moved = now()
    async with database.unit_of_work() as session:
        account = await session.get_one(ServiceAccount, 1)
        account.premise_id = new.id
        await session.delete(await session.get_one(CustomerPhone, 1))
        session.add(CustomerPhone(customer_id=wang.id, number="13800000003", tail="0003"))
    async with database.reading() as session:
        for moment, where, numbers in (
            (moved - timedelta(seconds=1), old.id, ["13800000001", "13800000002"]),
            (moved, new.id, ["13800000002", "13800000003"]),
        ):
            accounts = {
                each: [row.number for row in await rows_where_as_of(
                    session, ServiceAccount.premise_id, [each], moment)]
                for each in (old.id, new.id)
            }  # fmt: skip
            assert accounts == {old.id: [], new.id: []} | {where: ["1"]}
            phones = await rows_where_as_of(session, CustomerPhone.customer_id, [wang.id], moment)
            assert [phone.number for phone in phones] == numbers
        assert not session.new


async def test_a_small_table_stands_as_it_was_with_who_is_gone_by_now(
    database: Database, clock: StandingClock
) -> None:
    async with database.unit_of_work() as session:
        session.add_all(Customer(id=number, name=f"{number}") for number in (1, 2, 3))
    then = now()
    clock.forward(seconds=60)
    async with database.unit_of_work() as session:
        await session.delete(await session.get_one(Customer, 1))
        (await session.get_one(Customer, 2)).name = "other"
        session.add(Customer(id=4, name="4"))
    async with database.reading() as session:
        was = await table_as_of(session, Customer, then)
        assert {one.id: one.name for one in was} == {1: "1", 2: "2", 3: "3"}
        present = await table_as_of(session, Customer, now())
        assert {one.id: one.name for one in present} == {2: "other", 3: "3", 4: "4"}


@pytest.mark.parametrize("key", ["", "/", "1/2", "x", "1e5"])
async def test_a_key_that_can_be_nobodys_finds_nothing(sqlite_database: Database, key: str) -> None:
    async with sqlite_database.reading() as session:
        assert await row_as_of(session, Customer, key, now()) is None
