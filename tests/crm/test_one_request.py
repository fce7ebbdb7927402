"""A suspension is one request, however it is asked for, and shuts the valve once."""

from typing import Any

import pytest
from sqlalchemy import select

from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.catalog.type_checks import problems
from crm.life_cycle import flow, service
from crm.life_cycle.instead import ask_as_order, ask_or_join, kind_instead
from crm.life_cycle.models import LifeRequest
from crm.linkage import prepare as linkage
from crm.linkage.subscribers import CONSUMER, CONSUMERS
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.definitions import content
from mainline.journal import consume, entries_after
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = Settings().zone
HEAT = PROJECT / "packs" / "heat"


@pytest.fixture
async def company(database: Database, clock: StandingClock) -> Database:
    """王芳 and the heating pack, but for the season: it can be suspended on any day."""
    types, cycle = content(HEAT / "work_orders.yaml"), content(HEAT / "life_cycle.yaml")
    for kind in cycle["kinds"]:
        kind["checks"] = (
            [one for one in kind["checks"] if one["check"] != "before_season"]
            if (kind.get("checks"))
            else []
        )
    async with database.unit_of_work() as session:
        await definitions.install(session, "work_order_types", "company", types, by="test")
        await definitions.install(session, "life_cycle", "company", cycle, by="test")
        await linkage.install(session, HEAT)
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", "13800000001", accounts={"100001": home})
    return database


async def by_keypad(company: Database) -> str:
    async with company.unit_of_work() as session:
        request = await ask_or_join(
            session, kind="suspension", key="ivr:call-1:1:suspend", by="ivr", zone=ZONE,
            account_id=1, call_id="call-1",
        )  # fmt: skip
        return request.number


async def by_agent(company: Database, key: str = "desk:1", **fields: object) -> LifeRequest:
    async with company.unit_of_work() as session:
        return await ask_as_order(
            session, type_code="suspension", key=key, by="8001", zone=ZONE, account_id=1,
            call_id="call-2", summary="全家外出", fields=fields or {"why": "冬季不住"},
        )  # fmt: skip


async def finish(company: Database, number: str) -> None:
    """Papers, the agreement of a leader, and what the rules make of it."""
    async with company.unit_of_work() as session:
        for paper in ("identity", "form"):
            await service.hand_in(session, number, paper, by="郑燕", zone=ZONE)
        await service.approve(session, number, by="陈静", roles=frozenset({"leader"}), zone=ZONE)
    await consume(company, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])


async def all_of(company: Database, table: type[Any]) -> list[Any]:
    async with company.reading() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


@pytest.mark.parametrize("agent_first", [True, False])
async def test_asked_for_by_keypad_and_at_the_desk_it_is_one_request_and_shuts_the_valve_once(
    company: Database, agent_first: bool
) -> None:
    if agent_first:
        await by_agent(company)
    number = await by_keypad(company)
    for _ in range(2):
        assert (await by_agent(company)).number == number
    (request,) = await all_of(company, LifeRequest)
    assert request.asked_by == ("8001" if agent_first else "ivr")
    assert await all_of(company, WorkOrder) == []
    async with company.reading() as session:
        told = [
            one.event.kind for one in await entries_after(session, 0, subject=f"request:{number}")
        ]
    assert told == ["request.asked", "request.asked-again"]
    await finish(company, number)
    assert [one.state for one in await all_of(company, LifeRequest)] == ["done"]
    assert [(one.type_code, one.source) for one in await all_of(company, WorkOrder)] == [
        ("valve_off", "rule")
    ]


async def test_what_the_agent_filled_in_stands_with_the_request(company: Database) -> None:
    request = await by_agent(company)
    assert request.note == "全家外出\n申请原因：冬季不住"
    assert (request.kind, request.state, request.call_id) == ("suspension", "documents", "call-2")


async def test_of_two_who_ask_for_different_things_the_second_is_told_of_the_first(
    company: Database,
) -> None:
    number = await by_keypad(company)
    async with company.unit_of_work() as session:
        with pytest.raises(flow.OpenAlready) as refused:
            await ask_or_join(
                session, kind="disconnection", key="x", by="8001", zone=ZONE, account_id=1
            )
    assert refused.value.values["number"] == number
    assert len(await all_of(company, LifeRequest)) == 1


async def test_nobody_opens_an_order_where_a_request_is_made(company: Database) -> None:
    for source in ("desk", "rule", "order", "ivr"):
        async with company.unit_of_work() as session:
            with pytest.raises(work_orders.OrderIsRequest):
                await work_orders.open_work_order(
                    session, type_code="suspension", key=f"k{source}", by="8001",
                    source=source, account_id=1, fields={"why": "x"},  # type: ignore[arg-type]
                )  # fmt: skip
    assert await all_of(company, WorkOrder) == []
    async with company.reading() as session:
        named = [await kind_instead(session, one) for one in ("suspension", "resumption", "leak")]
    assert named == ["suspension", "resumption", ""]


async def test_over_the_api_it_is_refused_with_a_code_of_its_own(
    company: Database, as_role: AsRole
) -> None:
    body = {"type": "suspension", "key": "k1", "account_id": 1, "fields": {"why": "x"}}
    refused = await as_role("agent").post("/work-orders", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "order-is-request")
    assert await all_of(company, WorkOrder) == []


def test_a_type_that_is_a_request_follows_from_nothing_and_opens_nothing() -> None:
    types = content(HEAT / "work_orders.yaml")
    assert problems(WORK_ORDER_TYPES.parse(types)) == []
    by_code = {one["code"]: one for one in types["types"]}
    by_code["suspension"]["faults"] = ["no_water"]
    by_code["inspection"]["follow_ups"] = [{"after": "complete", "type": "resumption"}]
    found = problems(WORK_ORDER_TYPES.parse(types))
    assert sorted((one.code, one.where) for one in found) == [
        ("is-request", "inspection/resumption"), ("is-request", "suspension"),
    ]  # fmt: skip
