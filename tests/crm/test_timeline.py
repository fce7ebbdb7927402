"""A customer's history: all departments, newest first, page by page, and as it stood."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import sqlite

from crm.billing.models import Bill, Meter, MeterReading, Payment
from crm.callbacks.models import Callback
from crm.customers.models import Customer, CustomerPhone, ServiceAccount
from crm.interactions.models import Interaction, Note
from crm.messages.models import VoiceMessage
from crm.outages.models import Outage
from crm.promises.models import Promise
from crm.timeline.queries import Item, history
from crm.timeline.scope import Scope, scope_of
from crm.timeline.sources import KINDS, SOURCES
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.clock import now
from mainline.db import Database
from tests.crm.conftest import AsRole
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")


async def everything_happens(database: Database) -> None:
    """To 王芳 once of each kind, an hour apart; and a bill for somebody else."""
    at = [now() - timedelta(hours=each) for each in range(20)]
    async with database.unit_of_work() as session:
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        wang = await customer(session, "王芳", "13800000001", accounts={"1": home})
        other = await customer(session, "李强", "13800000002", accounts={"2": home})
        session.add(Meter(id=1, account_id=1, number="M1", unit="t", digits=5))
        order = WorkOrder(
            number="20261123-0001", key="k", type_code="repair", type_version=1, step="new",
            customer_id=wang.id, source="desk", urgency="normal", team="a", owner="a",
            overseer="b", opened_at=at[5], due_respond_at=at[0], due_complete_at=at[0],
        )  # fmt: skip
        session.add(order)
        await session.flush()
        session.add_all([
            Interaction(id="1.1", began_at=at[1], customer_id=wang.id),
            WorkOrderMove(work_order_id=order.id, at=at[5], by="8001", action="open",
                          to_step="new"),
            Promise(key="p", what="come", source="agent", number="1", customer_id=wang.id,
                    owner="a", due_at=at[0], made_by="8001", created_at=at[6]),
            Callback(number="1", queue="repair", source="menu", since=at[7], due_at=at[0],
                     next_at=at[0], expires_at=at[0], customer_id=wang.id),
            VoiceMessage(call_id="1.1", file="f", left_at=at[8], customer_id=wang.id),
            Note(subject="call:1.1", author="lin", text="等电话", created_at=at[9]),
            MeterReading(meter_id=1, read_at=at[10], value=7, source="ivr", state="accepted",
                         key="r"),
            Payment(account_id=1, paid_at=at[11], amount_fen=100, channel="bank"),
            Outage(area_id=home.node_id, kind="fault", text_zh="停", text_en="off",
                   began_at=at[12]),
            Bill(account_id=1, period="2026-10", issued_on=date(2026, 10, 1),
                 due_on=date(2026, 10, 31), amount_fen=900),
            Bill(account_id=2, period="2026-10", issued_on=date(2026, 10, 1),
                 due_on=date(2026, 10, 31), amount_fen=800),
            Interaction(id="1.2", began_at=at[1], customer_id=other.id),
        ])  # fmt: skip


async def told(database: Database, limit: int = 200, **asked: Any) -> list[Item]:
    """All of it, in pages of that size."""
    until = asked.pop("until", None)
    async with database.reading() as session:
        scope = await scope_of(session, 1, ZONE, until)
        found: list[Item] = []
        while True:
            before = found[-1].place if found else None
            page = await history(
                session, scope, limit=limit, before=before, kinds=asked.get("kinds", KINDS)
            )
            found += page
            if len(page) < limit:
                return found


async def test_what_every_department_did_stands_in_one_order(
    database: Database, clock: StandingClock
) -> None:
    await everything_happens(database)
    found = await told(database)
    assert [each.kind for each in found] == [
        "change", "change", "change", "call", "order", "promise", "callback", "message", "note",
        "reading", "payment", "outage", "bill",
    ]  # fmt: skip
    assert {each.row.table_name for each in found[:3]} == {
        "customer", "customer_phone", "service_account",
    }  # fmt: skip
    assert found[-1].row.amount_fen == 900
    assert found[-1].at == datetime.combine(date(2026, 10, 1), time.min, tzinfo=ZONE)
    assert [each.kind for each in await told(database, kinds=["bill", "call"])] == ["call", "bill"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_pages_of_any_size_hold_everything_once(
    database: Database, clock: StandingClock, limit: int
) -> None:
    await everything_happens(database)
    async with database.unit_of_work() as session:
        midnight = datetime(2026, 9, 30, 16, tzinfo=UTC)  # October 1st begins in Shanghai
        session.add_all(
            Payment(account_id=1, paid_at=midnight, amount_fen=each, channel="bank")
            for each in range(3)
        )
        session.add(Interaction(id="1.3", began_at=midnight, customer_id=1))
    whole = await told(database)
    assert len(whole) == 17
    assert [each.place for each in await told(database, limit)] == [each.place for each in whole]


async def test_the_past_holds_what_was_known_then_as_it_stood(
    sqlite_database: Database, clock: StandingClock
) -> None:
    await everything_happens(sqlite_database)
    then = now()
    clock.forward(days=1)
    async with sqlite_database.unit_of_work() as session:
        (await session.get_one(Bill, 1)).paid_fen = 900
        (await session.get_one(ServiceAccount, 1)).customer_id = 2
        await session.delete(await session.get_one(CustomerPhone, 1))
        session.add(Interaction(id="1.9", began_at=now(), customer_id=1))
    past = await told(sqlite_database, until=then)
    present = await told(sqlite_database)
    assert [each.row.paid_fen for each in past if each.kind == "bill"] == [0]
    assert [each.kind for each in present if each.kind == "bill"] == []
    assert [each.key for each in past if each.kind == "call"] == ["1.1"]
    assert [each.key for each in present if each.kind == "call"] == ["1.9", "1.1"]
    changes = [(each.row.action, each.row.table_name) for each in present if each.kind == "change"]
    assert ("delete", "customer_phone") in changes
    assert ("update", "service_account") in changes


async def test_seven_years_cost_as_many_statements_as_a_day(sqlite_database: Database) -> None:
    async def statements() -> int:
        seen: list[str] = []
        engine = sqlite_database.engine.sync_engine

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        async with sqlite_database.reading() as session:
            await history(session, await scope_of(session, 1, ZONE), kinds=KINDS, limit=50)
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    await everything_happens(sqlite_database)
    few = await statements()
    async with sqlite_database.unit_of_work() as session:
        for month in range(84):
            day = date(2019 + month // 12, month % 12 + 1, 1)
            session.add(Bill(account_id=1, period="", issued_on=day, due_on=day, amount_fen=1))
    assert await statements() == few
    assert few < 20


async def test_a_customer_is_read_as_of_a_moment(as_role: AsRole, town: Database,
                                                 clock: StandingClock) -> None:  # fmt: skip
    async with town.unit_of_work() as session:
        phone = (await session.scalars(select(CustomerPhone).order_by(CustomerPhone.id))).first()
        assert phone is not None
        customer_id, number = phone.customer_id, phone.number
    then, leader = now(), as_role("leader")
    clock.forward(days=1)
    async with town.unit_of_work() as session:
        wang = await session.get_one(Customer, customer_id)
        was, wang.name = wang.name, "新名"
        await session.delete(await session.get_one(CustomerPhone, phone.id))
        account = (await session.scalars(select(ServiceAccount).where(
            ServiceAccount.customer_id == customer_id))).first()  # fmt: skip
        assert account is not None
        account.customer_id = next(each for each in (1, 2) if each != customer_id)
    path, asked = f"/customers/{customer_id}", {"as_of": then.isoformat()}
    past, present = (await leader.get(path, params=asked)).json(), (await leader.get(path)).json()
    assert (past["name"], present["name"]) == (was, "新名")
    assert number in [each["number"] for each in past["phones"]]
    assert number not in [each["number"] for each in present["phones"]]
    owners = f"/customers/of-premise/{account.premise_id}"
    found = (await leader.get(owners, params=asked)).json()["items"]
    assert customer_id in [each["id"] for each in found]
    later = (await leader.get(owners, params={"as_of": now().isoformat()})).json()["items"]
    assert customer_id not in [each["id"] for each in later]
    early = {"as_of": (then - timedelta(days=3650)).isoformat()}
    assert (await leader.get(path, params=early)).status_code == 404


async def test_the_history_is_read_page_by_page_and_refuses_what_it_did_not_make(
    as_role: AsRole, town: Database
) -> None:
    leader, path = as_role("leader"), "/customers/1/timeline"
    whole = (await leader.get(path, params={"limit": 200})).json()["items"]
    first = (await leader.get(path, params={"limit": 3})).json()
    rest = (await leader.get(path, params={"limit": 200, "next": first["next"]})).json()
    assert len(whole) > 3
    assert [*first["items"], *rest["items"]] == whole
    for bad in ({"kind": "secret"}, {"next": "WyJ4Il0"}, {"limit": 500}, {"as_of": "never"}):
        assert (await leader.get(path, params=bad)).status_code == 422, bad
    assert (await leader.get("/customers/99999/timeline")).status_code == 404
    assert (await as_role("field").get(path)).status_code == 403


async def test_open_orders_are_read_as_of_a_moment(
    as_role: AsRole, town: Database, clock: StandingClock
) -> None:
    async with town.reading() as session:
        mine = WorkOrder.closed_at.is_(None), WorkOrder.customer_id.is_not(None)
        order = (await session.scalars(select(WorkOrder).where(*mine))).first()
    assert order is not None
    then, leader = now(), as_role("leader")
    clock.forward(days=1)
    async with town.unit_of_work() as session:
        (await session.get_one(WorkOrder, order.id)).closed_at = now()
    for moment, there in ((then, True), (now(), False)):
        asked = {"customer": str(order.customer_id), "as_of": moment.isoformat()}
        found = (await leader.get("/work-orders/open", params=asked)).json()["items"]
        assert (order.number in [each["number"] for each in found]) is there


async def test_every_kind_is_answered_by_an_index(sqlite_database: Database) -> None:
    scope = Scope([1], [1, 2], [1], [1], [1], [1, 2, 3], ZONE)
    async with sqlite_database.reading() as session:
        for source in SOURCES:
            made = source.newest.params(**scope.ids, limit=50).compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
            connection = await session.connection()
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}")
            steps = [row.detail for row in plan]
            assert steps, source.kind
            assert [step for step in steps if step.startswith("SCAN")] == [], source.kind
