"""Requests from the first paper to the changed archive: who, when, and what they refuse."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill, Meter
from crm.catalog import service as catalog
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.life_cycle import flow, queries, service
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
from crm.life_cycle.events import AccountChanged
from crm.life_cycle.models import AccountLink, AccountRole, LifeRequest
from crm.life_cycle.prepare import install
from crm.life_cycle.rules import FILE, LifeCycle, problems
from crm.life_cycle.subscribers import CONSUMER, CONSUMERS
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.definitions import content
from mainline.errors import MainlineError, NotFound
from mainline.journal import consume, entries_after
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = Settings().zone
LEADER, DISPATCHER, ADMIN = (frozenset({role}) for role in ("leader", "dispatcher", "admin"))
PAPERS = ("identity", "form", "deed", "agreement", "notice", "survey")
Give = Callable[..., Any]


WORK = {
    "code": "household_work", "name": {"zh": "户内施工", "en": "Work at a household"},
    "team": "repair", "flow": "repair", "respond_minutes": 60, "complete_minutes": 600,
}  # fmt: skip


async def rules_of_the_test(session: AsyncSession) -> None:
    """The heating pack's; every order that follows is the same simple one."""
    heat = PROJECT / "packs" / "heat"
    types, cycle = content(heat / "work_orders.yaml"), content(heat / FILE)
    types["types"].append(WORK)
    for kind in cycle["kinds"]:
        worked = kind["effect"] in {"connect", "split", "merge", "demolish", "use"}
        kind["orders"] = [{"type": "household_work"}] if worked else []
    await definitions.install(session, "work_order_types", "company", types, by="test")
    await definitions.install(session, "life_cycle", "company", cycle, by="test")


@pytest.fixture
async def company(database: Database, clock: StandingClock) -> Database:
    """王芳 with a home of 90 m² and a meter, her neighbour, and one who owes money."""
    async with database.unit_of_work() as session:
        await rules_of_the_test(session)
        unit = await place(session, "和平区", "南湖街道", "幸福小区", "3号楼", "2单元")
        for index, name in enumerate(("王芳", "李强", "赵磊"), start=1):
            room = await place(session, f"50{index}室", parent=unit)
            home = await premise(session, room, f"和平区幸福小区3号楼2单元50{index}")
            home.area_m2 = 90
            await customer(session, name, f"1380000000{index}", accounts={f"10000{index}": home})
        session.add(Meter(account_id=1, number="M1", unit="kwh", digits=5))
        session.add(Bill(
            account_id=3, period="2025", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 31),
            amount_fen=5000,
        ))  # fmt: skip
    return database


async def asked(company: Database, kind: str, account_id: int | None = 1, **more: Any) -> str:
    """A request with all its papers, made by agent 8001."""
    told = {key: more.pop(key) for key in list(more) if key in Details.model_fields}
    async with company.unit_of_work() as session:
        body = await queries.life_cycle(session)
        assert body is not None
        papers = {one.code for one in body.kind(kind).documents}
        request = await service.ask(
            session, kind=kind, key=more.pop("key", f"t:{kind}:{account_id}"), by="8001",
            details=Details(**told), zone=ZONE, account_id=account_id,
            documents=tuple(code for code in PAPERS if code in papers), **more,
        )  # fmt: skip
        return request.number


async def agree(company: Database, number: str, by: str, roles: frozenset[str]) -> str:
    async with company.unit_of_work() as session:
        request = await service.approve(session, number, by=by, roles=roles, zone=ZONE)
        return request.state


async def do_orders(company: Database, number: str) -> None:
    """All orders of a request are done, and the request reads of it."""
    async with company.unit_of_work() as session:
        types = (await catalog.work_order_types(session)).body
        for order in await orders(session, await service.by_number(session, number)):
            while order.closed_at is None and order.completed_at is None:
                ways = types.step(order.type_code, order.step).transitions
                way = next(one for one in ways if one.to != order.step)
                await work_orders.move(session, order.number, way.action, by="冯涛", note="完成")
    await consume(company, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])


async def row(company: Database, table: type[Any], row_id: int) -> Any:
    async with company.reading() as session:
        return await session.get_one(table, row_id)


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


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_a_packs_requests_have_no_mistakes_and_order_what_there_is(pack: str) -> None:
    folder = PROJECT / "packs" / pack
    body = LifeCycle.model_validate(content(folder / "life_cycle.yaml"))
    assert list(problems(body)) == []
    types = {one["code"] for one in content(folder / "work_orders.yaml")["types"]}
    assert {order.type for kind in body.kinds for order in kind.orders} - types == set()
    effects = {"connect", "transfer", "split", "merge", "demolish", "suspend", "resume"}
    assert effects | {"disconnect", "use"} <= {kind.effect for kind in body.kinds}


def test_mistakes_of_the_definition_are_found() -> None:
    one = {
        "code": "a", "name": {"zh": "甲", "en": "A"}, "effect": "suspend",
        "checks": [{"check": "before_season", "days": 15}, {"check": "status"}],
        "approvals": [{"role": "agent", "label": {"zh": "乙", "en": "B"}}],
    }  # fmt: skip
    body = LifeCycle.model_validate({"kinds": [one, one]})
    assert {found.code for found in problems(body)} == {"twice", "role", "no-season", "status"}


async def test_the_number_is_honoured_at_every_counter_and_only_who_may_decides(
    as_role: AsRole, town: Database
) -> None:
    async with town.unit_of_work() as session:
        await install(session, PROJECT / "packs" / "heat")
        account = (await session.scalars(select(ServiceAccount).limit(1))).one()
        account_id, customer_id = account.id, account.customer_id
    body = {
        "kind": "area_change", "key": "1", "account_id": account_id,
        "details": {"area_m2": 77}, "documents": ["identity", "survey"],
    }  # fmt: skip
    agent, cashier, leader = as_role("agent"), as_role("cashier"), as_role("leader")
    assert (await as_role("quality").post("/requests", json=body)).status_code == 403
    made = (await agent.post("/requests", json=body)).json()
    number = made["number"]
    assert (made["state"], made["next_role"], made["missing"]) == ("approval", "leader", [])
    assert (await cashier.get(f"/requests/{number}")).json() == made
    found = (await cashier.get("/customers", params={"q": number})).json()["items"]
    assert [one["id"] for one in found] == [customer_id]
    assert (await cashier.post(f"/requests/{number}/approve", json={})).status_code == 403
    refused = await as_role("dispatcher").post(f"/requests/{number}/approve", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "request-role")
    assert (await leader.post(f"/requests/{number}/approve", json={})).json()["next_role"] == (
        "admin"
    )
    done = (await as_role("admin").post(f"/requests/{number}/approve", json={})).json()
    assert (done["state"], done["next_role"]) == ("done", None)
    listed = (await cashier.get("/requests", params={"account": account_id})).json()["items"]
    assert [(one["number"], one["state"]) for one in listed] == [(number, "done")]
    assert (await agent.post(f"/requests/{number}/withdraw", json={"note": "x"})).json() == {
        "code": "request-in-effect"
    }
