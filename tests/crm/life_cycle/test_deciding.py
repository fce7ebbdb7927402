"""What requests refuse, who decides about them, and what stops or undoes them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.customers.models import Premise, ServiceAccount
from crm.life_cycle import flow, service
from crm.life_cycle.advance import due, orders, take_effect
from crm.life_cycle.details import (
    Details,
    NeedsAccount,
    NeedsAddress,
    NeedsArea,
    NeedsOtherAccount,
    NeedsPerson,
    NeedsUse,
)
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.subscribers import CONSUMER, CONSUMERS
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from mainline.db import Database
from mainline.errors import MainlineError, NotFound
from mainline.journal import consume, entries_after
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


@pytest.mark.parametrize(
    ("kind", "account", "more", "refusal"),
    [
        ("suspension", 1, {}, flow.TooCloseToSeason),
        ("transfer", 3, {"person": "李强"}, flow.OwesMoney),
        ("resumption", 1, {}, flow.WrongStatus),
        ("merge", 1, {"other_account": "100003"}, flow.OwesMoney),
        ("merge", 1, {"other_account": "100001"}, NeedsOtherAccount),
        ("transfer", 1, {"person": "1380000"}, NeedsPerson),
        ("transfer", 1, {"person_name": "孙丽", "person_phone": "nothing"}, NeedsPerson),
        ("transfer", None, {"person": "李强"}, NeedsAccount),
        ("transfer", 99, {"person": "李强"}, NotFound),
        ("transfer", 1, {"person": "李强", "effective_on": date(2026, 11, 22)}, flow.WrongDate),
        ("transfer", 1, {"person": "李强", "effective_on": date(2036, 1, 1)}, flow.WrongDate),
        ("area_change", 1, {}, NeedsArea),
        ("use_change", 1, {}, NeedsUse),
        ("connection", None, {"area_m2": 9, "address": "月球", "customer_id": 1}, NeedsAddress),
        ("connection", None, {"area_m2": 9, "address": "幸福小区3号楼2单元503"}, NotFound),
    ],
)
async def test_what_is_not_so_is_refused_with_its_own_code_and_nothing_is_kept(
    company: Database, kind: str, account: int | None, more: dict[str, Any],
    refusal: type[MainlineError],
) -> None:  # fmt: skip
    with pytest.raises(refusal) as told:
        await asked(company, kind, account, **more)
    assert type(told.value) is refusal
    async with company.reading() as session:
        assert (await session.scalars(select(LifeRequest.id))).all() == []
        assert await entries_after(session, 0, subject="account:1") == []


async def test_an_account_has_one_open_request_and_a_key_makes_one(company: Database) -> None:
    number = await asked(company, "transfer", person="李强")
    assert await asked(company, "transfer", person="李强") == number
    with pytest.raises(flow.OpenAlready) as told:
        await asked(company, "area_change", area_m2=100)
    assert told.value.values["number"] == number
    with pytest.raises(flow.OpenAlready):
        await asked(company, "merge", 2, other_account="100001")


async def test_who_asked_never_decides_nor_anybody_twice_nor_another_role(
    company: Database,
) -> None:
    number = await asked(company, "split", person="李强", area_m2=40, address="501东")
    everything = LEADER | DISPATCHER | ADMIN
    with pytest.raises(flow.OwnRequest):
        await agree(company, number, "8001", everything)
    with pytest.raises(flow.NotYours):
        await agree(company, number, "陈静", LEADER)
    assert await agree(company, number, "吴刚", DISPATCHER) == "approval"
    with pytest.raises(flow.DecidedBefore):
        await agree(company, number, "吴刚", everything)
    async with company.reading() as session:
        assert await orders(session, await service.by_number(session, number)) == []


async def test_without_its_papers_nobody_can_agree(company: Database) -> None:
    async with company.unit_of_work() as session:
        request = await service.ask(
            session, kind="transfer", key="k", by="8001", details=Details(person="李强"),
            zone=ZONE, account_id=1, documents=("identity",),
        )  # fmt: skip
        number = request.number
        assert request.state == "documents"
    with pytest.raises(flow.NotNow):
        await agree(company, number, "陈静", LEADER)
    async with company.unit_of_work() as session:
        with pytest.raises(NotFound):
            await service.hand_in(session, number, "licence", by="郑燕", zone=ZONE)
        request = await service.hand_in(session, number, "deed", by="郑燕", zone=ZONE)
        assert request.state == "approval"
        assert [(one["code"], one["by"]) for one in request.documents] == [
            ("identity", "8001"), ("deed", "郑燕"),
        ]  # fmt: skip


async def test_it_is_undone_before_its_effect_with_its_orders_and_not_after(
    company: Database,
) -> None:
    number = await asked(company, "demolition")
    await agree(company, number, "陈静", LEADER)
    await agree(company, number, "管理员", ADMIN)
    async with company.unit_of_work() as session:
        with pytest.raises(flow.ReasonNeeded):
            await service.withdraw(session, number, by="8001", note=" ")
        await service.withdraw(session, number, by="8001", note="不拆了")
        order = (await session.scalars(select(WorkOrder))).one()
        assert (order.step, order.closed_at is not None, order.completed_at) == (
            "cancelled", True, None,
        )  # fmt: skip
        assert (await session.get_one(ServiceAccount, 1)).status == "active"
    done = await asked(company, "transfer", person="李强")
    await agree(company, done, "陈静", LEADER)
    async with company.unit_of_work() as session:
        with pytest.raises(flow.InEffect):
            await service.withdraw(session, done, by="8001", note="x")


async def test_an_order_that_was_called_off_is_ordered_again(company: Database) -> None:
    number = await asked(company, "demolition")
    await agree(company, number, "陈静", LEADER)
    await agree(company, number, "管理员", ADMIN)
    async with company.unit_of_work() as session:
        order = (await session.scalars(select(WorkOrder))).one()
        await work_orders.move(session, order.number, "cancel", by="吴刚", note="重复")
    await consume(company, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])
    async with company.unit_of_work() as session:
        assert (await service.by_number(session, number)).state == "orders"
        await service.go_on(session, number, by="吴刚", zone=ZONE)
        await service.go_on(session, number, by="吴刚", zone=ZONE)
        assert len((await session.scalars(select(WorkOrder))).all()) == 2
    await do_orders(company, number)
    assert (await row(company, ServiceAccount, 1)).status == "closed"


async def test_what_cannot_take_effect_waits_with_the_reason_and_holds_up_nobody(
    company: Database, clock: StandingClock
) -> None:
    number = await asked(company, "merge", other_account="100002", effective_on=date(2026, 12, 1))
    await agree(company, number, "吴刚", DISPATCHER)
    await agree(company, number, "陈静", LEADER)
    await do_orders(company, number)
    async with company.unit_of_work() as session:
        (await session.get_one(ServiceAccount, 2)).utility = "gas"
    clock.forward(days=9)
    async with company.unit_of_work() as session:
        assert await due(session, clock.at, ZONE) == [number]
        await take_effect(session, number, zone=ZONE)
        request = await service.by_number(session, number)
        assert (request.state, request.stopped) == ("date", "request-other-account")
        assert await due(session, clock.at, ZONE) == []
        (await session.get_one(ServiceAccount, 2)).utility = "heat"
    async with company.unit_of_work() as session:
        assert (await service.go_on(session, number, by="8001", zone=ZONE)).state == "done"
    assert (await row(company, Premise, 1)).area_m2 == 180
