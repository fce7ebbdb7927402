"""What requests change in the archive once they take effect, and what of before stays."""

from datetime import date

from sqlalchemy import select

from crm.billing.models import Meter
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.life_cycle import queries, service
from crm.life_cycle.advance import due, take_effect
from crm.life_cycle.events import AccountChanged
from crm.life_cycle.models import AccountLink, AccountRole
from mainline.db import Database
from mainline.journal import entries_after
from tests.crm.life_cycle.requesting import (
    ADMIN,
    DISPATCHER,
    LEADER,
    ZONE,
    agree,
    asked,
    do_orders,
    row,
)
from tests.support.clock import StandingClock


async def test_ownership_goes_over_from_its_day_on_with_who_and_when(company: Database) -> None:
    number = await asked(company, "transfer", person="李强")
    assert await agree(company, number, "陈静", LEADER) == "done"
    assert (await row(company, ServiceAccount, 1)).customer_id == 2
    async with company.reading() as session:
        lines = (await session.scalars(select(AccountRole).order_by(AccountRole.id))).all()
        told = [entry.event for entry in await entries_after(session, 0, subject="account:1")]
        owners = await queries.owners(session, [1])
    day = date(2026, 11, 23)
    assert [(r.customer_id, r.role, r.since, r.until, r.request) for r in lines] == [
        (1, "owner", None, day, number), (2, "owner", day, None, number),
    ]  # fmt: skip
    assert [name for _role, name in owners[1]] == ["王芳", "李强"]
    changed = [event for event in told if isinstance(event, AccountChanged)]
    assert [(e.number, e.effect, e.customer_id, e.by, e.before, e.after) for e in changed] == [
        (number, "transfer", 2, "陈静", {"owner": "王芳"}, {"owner": "李强"})
    ]


async def test_a_stranger_becomes_a_customer_when_it_takes_effect_and_not_before(
    company: Database,
) -> None:
    number = await asked(company, "transfer", person_name="孙丽", person_phone="13900000007")
    async with company.reading() as session:
        assert await session.scalar(select(Customer.id).where(Customer.name == "孙丽")) is None
    await agree(company, number, "陈静", LEADER)
    async with company.reading() as session:
        new = await session.scalar(select(Customer).where(Customer.name == "孙丽"))
        assert new is not None
        phones = select(CustomerPhone.number, CustomerPhone.confirmed).where(
            CustomerPhone.customer_id == new.id
        )
        assert [tuple(one) for one in await session.execute(phones)] == [("13900000007", False)]
        account = await session.get_one(ServiceAccount, 1)
        assert account.customer_id == new.id


async def test_a_day_to_come_is_waited_for_and_taken_once(
    company: Database, clock: StandingClock
) -> None:
    number = await asked(company, "transfer", person="李强", effective_on=date(2026, 12, 1))
    assert await agree(company, number, "陈静", LEADER) == "date"
    assert (await row(company, ServiceAccount, 1)).customer_id == 1
    async with company.unit_of_work() as session:
        assert await due(session, clock.at, ZONE) == []
    clock.forward(days=8)
    for _again in range(2):
        async with company.unit_of_work() as session:
            await take_effect(session, number, zone=ZONE)
    assert (await row(company, ServiceAccount, 1)).customer_id == 2
    async with company.reading() as session:
        assert await due(session, clock.at, ZONE) == []
        lines = (await session.scalars(select(AccountRole))).all()
    assert [(one.customer_id, one.since) for one in lines] == [(1, None), (2, date(2026, 12, 1))]


async def test_a_household_is_split_with_its_history_when_the_work_is_done(
    company: Database,
) -> None:
    number = await asked(
        company, "split", person="李强", area_m2=40, address="和平区幸福小区3号楼2单元501东"
    )
    assert await agree(company, number, "吴刚", DISPATCHER) == "approval"
    assert await agree(company, number, "陈静", LEADER) == "orders"
    assert (await row(company, Premise, 1)).area_m2 == 90
    await do_orders(company, number)
    async with company.reading() as session:
        request = await service.by_number(session, number)
        assert (request.state, request.fee_fen) == ("done", 80000)
        new = await session.scalar(
            select(ServiceAccount).where(ServiceAccount.number == number.replace("-", ""))
        )
        assert new is not None
        there = await session.get_one(Premise, new.premise_id)
        assert (new.customer_id, new.utility, new.status, there.area_m2) == (
            2, "heat", "active", 40,
        )  # fmt: skip
        assert there.address_zh == "和平区幸福小区3号楼2单元501东"
        assert (await session.get_one(Premise, 1)).area_m2 == 50
        links = await queries.links(session, 1)
    assert [(link.kind, source, target, link.request) for link, source, target in links] == [
        ("split", "100001", new.number, number)
    ]


async def test_two_households_become_one_and_the_other_keeps_its_history(
    company: Database,
) -> None:
    number = await asked(company, "merge", other_account="100002")
    await agree(company, number, "吴刚", DISPATCHER)
    await agree(company, number, "陈静", LEADER)
    await do_orders(company, number)
    async with company.reading() as session:
        other = await session.get_one(ServiceAccount, 2)
        assert (other.status, other.customer_id) == ("closed", 2)
        assert (await session.get_one(ServiceAccount, 1)).status == "active"
        assert (await session.get_one(Premise, 1)).area_m2 == 180
        link = (await session.scalars(select(AccountLink))).one()
        assert (link.from_id, link.to_id, link.kind) == (2, 1, "merge")


async def test_a_new_account_is_opened_at_a_place_of_the_tree(company: Database) -> None:
    more = {"address": "幸福小区3号楼2单元503", "area_m2": 75, "customer_id": 2}
    number = await asked(company, "connection", None, **more)
    async with company.reading() as session:
        request = await service.by_number(session, number)
        assert request.fees == [
            {"code": "connection", "zh": "入网费", "en": "Connection fee", "fen": 450000}
        ]
    await agree(company, number, "吴刚", DISPATCHER)
    assert await agree(company, number, "管理员", ADMIN) == "orders"
    await do_orders(company, number)
    async with company.reading() as session:
        new = await session.scalar(
            select(ServiceAccount).where(ServiceAccount.number == number.replace("-", ""))
        )
        assert new is not None
        assert (new.customer_id, new.utility, new.status) == (2, "heat", "active")


async def test_suspension_and_resumption_and_the_half_fen_of_the_fee(
    company: Database, clock: StandingClock
) -> None:
    clock.forward(days=200)
    number = await asked(company, "suspension")
    async with company.reading() as session:
        assert (await service.by_number(session, number)).fee_fen == 90 * 2600 * 30 // 100
    await agree(company, number, "陈静", LEADER)
    assert (await row(company, ServiceAccount, 1)).status == "suspended"
    back = await asked(company, "resumption")
    await agree(company, back, "陈静", LEADER)
    assert (await row(company, ServiceAccount, 1)).status == "active"


async def test_what_is_closed_loses_its_meter(company: Database) -> None:
    number = await asked(company, "demolition")
    await agree(company, number, "陈静", LEADER)
    await agree(company, number, "管理员", ADMIN)
    await do_orders(company, number)
    assert (await row(company, ServiceAccount, 1)).status == "closed"
    assert (await row(company, Meter, 1)).removed_on == date(2026, 11, 23)


async def test_area_and_use_are_changed(company: Database) -> None:
    number = await asked(company, "area_change", area_m2=101)
    await agree(company, number, "陈静", LEADER)
    assert (await row(company, Premise, 1)).area_m2 == 90
    await agree(company, number, "管理员", ADMIN)
    assert (await row(company, Premise, 1)).area_m2 == 101
    number = await asked(company, "use_change", use="commercial")
    await agree(company, number, "陈静", LEADER)
    await do_orders(company, number)
    assert (await row(company, Customer, 1)).customer_class == "commercial"
