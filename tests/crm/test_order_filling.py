"""What people fill in with an act is checked by the one validator; roles and hours are kept."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.catalog import service as catalog
from crm.catalog.fields import FieldMissing, FieldOutside, nested
from crm.staff.models import User
from crm.work_orders import service
from crm.work_orders.clocks import running
from crm.work_orders.filling import ClosedNow, RoleNeeded
from crm.work_orders.following import open_follow_ups
from crm.work_orders.handling import handle
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.service import open_work_order
from mainline import definitions
from mainline.clock import now
from mainline.config import PROJECT
from mainline.db import Database
from mainline.definitions import content
from mainline.errors import Invalid
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEASURED = {
    "value": "16.5",
    "at": "2026-11-23T15:00",
    "conditions": {"windows_shut_min": "30", "height_m": "1.5", "stable_min": "10"},
    "signed": {"customer": "paper", "worker": "paper"},
}


@pytest.fixture
async def heat(sqlite_database: Database, clock: StandingClock) -> Database:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
    return sqlite_database


async def opened(database: Database, type_code: str, **fields: object) -> str:
    async with database.unit_of_work() as session:
        order = await open_work_order(
            session, type_code=type_code, key=type_code, by="a", source="desk", fields=fields,
            zone=SHANGHAI,
        )  # fmt: skip
        return order.number


async def do(database: Database, number: str, action: str, **more: Any) -> WorkOrder:
    async with database.unit_of_work() as session:
        return await handle(session, number, action, entered_by="安娜", note="好", **more)


async def on_site(database: Database, number: str) -> None:
    for action in ("assign", "accept", "arrive"):
        await do(database, number, action)


async def test_a_measurement_is_asked_for_when_the_work_is_done_and_kept_as_measured(
    heat: Database,
) -> None:
    number = await opened(heat, "temperature_visit")
    await on_site(heat, number)
    with pytest.raises(FieldMissing):
        await do(heat, number, "complete")
    with pytest.raises(FieldOutside):
        await do(heat, number, "complete", fields={"measured": {**MEASURED, "conditions": {}}})
    late = {**MEASURED, "at": "2026-11-23T22:00"}
    with pytest.raises(FieldOutside):
        await do(heat, number, "complete", fields={"measured": late})
    done = await do(heat, number, "complete", fields={"measured": MEASURED, "stranger": 1})
    assert done.step == "done"
    assert set(done.fields) == {"measured"}
    assert done.fields["measured"]["value"] == 16.5
    assert done.fields["measured"]["at"] == "2026-11-23T15:00+08:00"


async def test_what_follows_is_opened_once_and_only_when_the_rule_holds(heat: Database) -> None:
    number = await opened(heat, "temperature_visit")
    await on_site(heat, number)
    done = await do(heat, number, "complete", fields={"measured": MEASURED})
    for _twice in range(2):
        async with heat.unit_of_work() as session:
            order = await service.by_number(session, number)
            await open_follow_ups(session, order, "complete", by="安娜", at=now())
    async with heat.reading() as session:
        orders = (await session.scalars(select(WorkOrder).order_by(WorkOrder.id))).all()
        told = await session.scalars(
            select(WorkOrderMove.note).where(WorkOrderMove.action == "follow_up")
        )
        notes = list(told)
    assert [one.type_code for one in orders] == ["temperature_visit", "refund", "balance"]
    assert orders[1].summary == f"{number}: 实测室温不达标"
    assert sorted(notes) == [orders[1].number, orders[2].number]
    async with heat.unit_of_work() as session:
        order = await service.by_number(session, number)
        order.fields = {"measured": {**done.fields["measured"], "value": 18}}
        order.number = "20260101-0001"
        await open_follow_ups(session, order, "complete", by="安娜", at=now())
        assert len((await session.scalars(select(WorkOrder))).all()) == 3


async def without(database: Database, gone: str, request: str) -> None:
    """A new version of the types: one is dropped, another one is asked for as a request."""
    body = content(PROJECT / "packs" / "heat" / "work_orders.yaml")
    body["types"] = [one for one in body["types"] if one["code"] != gone]
    for one in body["types"]:
        one["follow_ups"] = [
            each for each in one.get("follow_ups", []) if each["type"] not in {gone, request}
        ]
        if one["code"] == request:
            one["request"] = "suspension"
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, "work_order_types", "company", body, author="a")
        await definitions.publish(session, "work_order_types", "company", made.version, by="a")


@pytest.mark.parametrize(
    ("gone", "request_", "follows", "refused"),
    [
        ("refund", "balance", [], ["测温退费: not-found", "水力平衡调节: order-is-request"]),
        ("refund", "air_vent", ["balance"], ["测温退费: not-found"]),
    ],
)
async def test_what_cannot_follow_any_more_is_told_and_holds_up_nothing_else(
    heat: Database, gone: str, request_: str, follows: list[str], refused: list[str]
) -> None:
    number = await opened(heat, "temperature_visit")
    whole = await opened(heat, "noise")
    async with heat.unit_of_work() as session:
        part = await open_work_order(
            session, type_code="noise", key="part", by="a", source="ivr", zone=SHANGHAI
        )
    await do(heat, part.number, "join", to=whole)
    await without(heat, gone, request_)
    for one, fields in ((number, {"measured": MEASURED}), (whole, {})):
        await on_site(heat, one)
        await do(heat, one, "complete", fields=fields)
    await do(heat, whole, "close")
    await take_in(heat, consumer="parts of orders")
    async with heat.reading() as session:
        orders = (await session.scalars(select(WorkOrder).order_by(WorkOrder.id))).all()
        lines = (await session.scalars(select(WorkOrderMove).order_by(WorkOrderMove.id))).all()
    assert [one.type_code for one in orders[3:]] == follows
    assert orders[2].closed_at is not None
    told = [line.note for line in lines if line.action == "follow_up_refused"]
    assert told == refused
    assert {line.work_order_id for line in lines if line.action == "follow_up_refused"} == {1}


async def test_only_the_roles_of_a_way_may_go_it_and_who_keys_in_for_them_needs_none(
    heat: Database,
) -> None:
    number = await opened(heat, "alteration", why="移装")
    with pytest.raises(RoleNeeded) as refused:
        await do(heat, number, "approve", roles={"field"})
    assert (refused.value.code, refused.value.status) == ("role-needed", 403)
    async with heat.unit_of_work() as session:
        session.add(User(login="boss", name="组长", roles=["leader"], password_hash="x"))
        session.add(User(login="hand", name="工人", roles=["field"], password_hash="x"))
    with pytest.raises(RoleNeeded):
        await do(heat, number, "approve", roles={"leader"}, on_behalf_of="hand")
    approved = await do(heat, number, "approve", roles={"field"}, on_behalf_of="boss")
    assert approved.step == "approved"


async def test_gas_that_was_off_is_not_restored_at_night(
    sqlite_database: Database, clock: StandingClock
) -> None:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "gas")
    number = await opened(sqlite_database, "valve_on")
    await on_site(sqlite_database, number)
    clock.set(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))
    with pytest.raises(ClosedNow) as refused:
        await do(sqlite_database, number, "complete", fields={"valve_sealed": "yes"})
    assert refused.value.values["begins"] == "22:00"
    clock.set(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    done = await do(sqlite_database, number, "complete", fields={"valve_sealed": "yes"})
    assert done.step == "done"


async def test_an_arrival_is_a_limit_of_its_own_and_begins_again_with_a_new_beginning(
    heat: Database, clock: StandingClock
) -> None:
    number = await opened(heat, "no_heat", room_temperature=14)
    async with heat.reading() as session:
        order = await service.by_number(session, number)
        assert (order.due_arrive_at - order.opened_at).total_seconds() == 6 * 3600  # type: ignore[operator]
        assert running(order).open() == ("respond", "arrive", "complete")
    clock.forward(minutes=30)
    accepted = [await do(heat, number, action) for action in ("assign", "accept")][-1]
    assert running(accepted).open() == ("arrive", "complete")
    clock.forward(minutes=30)
    there = await do(heat, number, "arrive")
    assert there.arrived_at == (arrived := clock.at)
    assert running(there).open() == ("complete",)
    await do(heat, number, "complete", fields={"cause": "air"})
    clock.forward(days=1)
    again = await do(heat, number, "reopen")
    assert (again.arrived_at, again.first_arrived_at) == (None, arrived)
    assert again.due_arrive_at is not None
    assert (again.due_arrive_at - clock.at).total_seconds() == 6 * 3600
    for action in ("assign", "accept", "arrive"):
        clock.forward(minutes=1)
        there = await do(heat, number, action)
    assert (there.arrived_at, there.first_arrived_at) == (clock.at, arrived)
    await do(heat, number, "complete", fields={"cause": "air"})
    assert (await do(heat, number, "reopen")).first_arrived_at == arrived


def test_fields_of_a_page_become_nested_values() -> None:
    flat = {"f.t.value": "18", "f.t.signed.customer": "paper", "f.where": "厨房", "note": "x"}
    assert nested(flat, "f") == {
        "t": {"value": "18", "signed": {"customer": "paper"}},
        "where": "厨房",
    }
    with pytest.raises(Invalid):
        nested({"f.a": "1", "f.a.b": "2"}, "f")
