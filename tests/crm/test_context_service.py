"""The one reason of a caller, from the books of a small town; and what follows from a repeat."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.appointments import service as appointments
from crm.billing.models import Bill
from crm.catalog import service as catalog
from crm.context import service
from crm.context.rules import ContextRules
from crm.context.service import Context, Who
from crm.interactions.models import Interaction
from crm.outages.service import announce
from crm.staff.models import AgentState
from crm.staff.service import add_user
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.service import move, open_work_order
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.call_events import CallRepeated
from tests.crm.calls import take_in
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 23)
WANG = Who("c9", 1, "13800008000", (1,), (1,))
STRANGER = Who("c9", None, "13999999999")


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang Fang at home in Xingfu, agent 8001, and the heating company's rules."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        await service.install(session, PROJECT / "packs" / "heat")
        home = await premise(session, await place(session, "和平区", "南湖街"), "幸福小区1号楼")
        await customer(session, "王芳", "13800008000", accounts={"100001": home})
        await add_user(
            session,
            login="wang",
            name="王芳",
            password="a long password",
            roles=["agent"],
            agent_number="8001",
            queues={"repair": 1},
        )
    return database


async def asked(
    database: Database, clock: StandingClock, who: Who = WANG, *, private: bool = True
) -> Context | None:
    async with database.reading() as session:
        return await service.context(
            session, who, at=clock.at, today=TODAY, private=private, wrapup_s=60
        )


async def order(
    database: Database, call_id: str | None = None, *, contact: str = "", **fields: Any
) -> str:
    """An order of Wang Fang's, or of the number that reported it."""
    async with database.unit_of_work() as session:
        opened = await open_work_order(
            session,
            type_code="temperature_visit",
            key=f"k{call_id}{contact}",
            by="8001",
            source="desk",
            account_id=None if contact else 1,
            call_id=call_id,
            contact=contact,
            fields=fields,
            zone=SHANGHAI,
        )
        return opened.number


async def called(database: Database, at: datetime, call_id: str, **columns: Any) -> None:
    """An earlier call of Wang Fang's, answered by 8001."""
    row = Interaction(id=call_id, began_at=at, **{"customer_id": 1, "agent": "8001", **columns})
    row.answered_at, row.outcome = at, "answered"
    async with database.unit_of_work() as session:
        session.add(row)


async def stands(database: Database, state: str, at: datetime) -> None:
    async with database.unit_of_work() as session:
        row = AgentState(number="8001", state=state, word="ready", since=at, fact_at=at)
        await session.merge(row)


async def test_nothing_stands_out(town: Database, clock: StandingClock) -> None:
    assert await asked(town, clock) is None


async def test_an_outage_that_runs_is_told_to_whoever_calls_from_there(
    town: Database, clock: StandingClock
) -> None:
    begins = clock.at + timedelta(hours=1)
    async with town.unit_of_work() as session:
        await announce(
            session,
            area_id=2,
            kind="fault",
            text_zh="抢修",
            text_en="Repairs",
            began_at=begins,
        )
    assert await asked(town, clock, private=False) is None
    clock.forward(minutes=60)
    found = await asked(town, clock, private=False)
    assert found is not None
    assert found.likely.kind == "outage"
    assert found.outage is not None
    assert found.outage.text_zh == "抢修"


async def test_overdue_bills_are_told_to_the_customer_alone(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        for number, due in enumerate((date(2026, 10, 31), date(2026, 12, 31)), start=1):
            session.add(
                Bill(
                    account_id=1,
                    period=str(number),
                    issued_on=date(2026, 10, 1),
                    due_on=due,
                    amount_fen=5000 * number,
                )
            )
    found = await asked(town, clock)
    assert found is not None
    assert (found.likely.kind, found.overdue_fen) == ("overdue", 5000)
    assert await asked(town, clock, private=False) is None


async def test_an_appointment_of_today_is_told(town: Database, clock: StandingClock) -> None:
    number = await order(town)
    async with town.unit_of_work() as session:
        await appointments.install(session, PROJECT / "packs" / "heat")
        await appointments.book(session, number, TODAY, "pm", by="8001", zone=SHANGHAI)
    found = await asked(town, clock)
    assert found is not None
    assert found.order is not None
    assert found.visit is not None
    assert (found.likely.kind, found.order.number) == ("visit", number)
    assert found.visit.starts_at == datetime(2026, 11, 23, 13, 30, tzinfo=SHANGHAI)
    assert await asked(town, clock, private=False) is None
    async with town.unit_of_work() as session:
        await appointments.cancel(session, found.visit.id, reason="moved away", by="8001")
    left = await asked(town, clock)
    assert left is not None
    assert left.likely.kind == "order"


async def test_a_wish_in_an_orders_field_is_no_appointment(
    town: Database, clock: StandingClock
) -> None:
    await order(town, wanted_on="2026-11-23")
    found = await asked(town, clock)
    assert found is not None
    assert (found.likely.kind, found.visit) == ("order", None)


def test_rules_written_before_times_were_booked_are_read() -> None:
    assert ContextRules.model_validate({"visit_fields": ["visit_on"], "order_days": 7}) == (
        ContextRules(order_days=7)
    )


@pytest.mark.parametrize(("state", "led_to"), [("ready", "8001"), ("talking", ""), ("wrapup", "")])
async def test_who_calls_again_is_led_to_the_agent_of_before_if_there(
    town: Database, clock: StandingClock, state: str, led_to: str
) -> None:
    await called(town, clock.at, "c1", reason="fault_cold")
    number = await order(town, "c1")
    clock.forward(hours=2)
    await stands(town, state, clock.at)
    found = await asked(town, clock)
    assert found is not None
    repeat = found.likely.repeat
    assert repeat is not None
    assert (found.likely.kind, repeat.order, repeat.calls) == ("repeat", number, 1)
    assert (found.agent, found.wait_s, found.priority, found.escalated) == (led_to, 15, 20, False)


async def test_the_second_repeat_escalates(town: Database, clock: StandingClock) -> None:
    await called(town, clock.at, "c1")
    await order(town, "c1")
    clock.forward(hours=2)
    await called(town, clock.at, "c2", flows=["context:person"])
    clock.forward(hours=2)
    found = await asked(town, clock)
    assert found is not None
    assert found.likely.repeat is not None
    assert (found.likely.repeat.calls, found.priority, found.escalated) == (2, 40, True)


async def test_this_call_itself_and_calls_out_are_no_calls_of_before(
    town: Database, clock: StandingClock
) -> None:
    await called(town, clock.at, "c9")
    await called(town, clock.at, "c8", direction="out")
    clock.forward(minutes=5)
    assert await asked(town, clock) is None


async def test_a_number_that_is_nobodys_is_known_by_what_it_reported(
    town: Database, clock: StandingClock
) -> None:
    await called(town, clock.at, "c1", customer_id=None, ani="+8613999999999", agent=None)
    number = await order(town, "c1", contact="13999999999")
    clock.forward(hours=1)
    found = await asked(town, clock, STRANGER)
    assert found is not None
    assert (found.likely.kind, found.likely.order) == ("repeat", number)
    assert await asked(town, clock, Who("c9", None, "13999999998")) is None
    assert await asked(town, clock, Who("c9")) is None


async def test_rules_that_the_company_changed_count_at_once(
    town: Database, clock: StandingClock
) -> None:
    await order(town)
    assert await asked(town, clock) is not None
    off = {"enabled": False}
    async with town.unit_of_work() as session:
        made = await definitions.draft(session, "context", "company", off, author="anna")
        await definitions.publish(session, "context", "company", made.version, by="anna")
    assert await asked(town, clock) is None


# --- escalation ------------------------------------------------------------------------------


async def urged(database: Database, *facts: CallRepeated) -> list[WorkOrderMove]:
    await take_in(database, *facts, consumer="repeats")
    async with database.reading() as session:
        lines = select(WorkOrderMove).where(WorkOrderMove.action == "urge")
        return list(await session.scalars(lines))


def again(number: str, *, count: int = 3, escalated: bool = True) -> CallRepeated:
    at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    return CallRepeated(subject="call:c3", at=at, count=count, order=number, escalated=escalated)


async def test_an_escalated_order_is_urged_once_a_call_and_stays_where_it_is(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    (line,) = await urged(town, again(number), again(number))
    assert (line.by, line.from_step, line.to_step) == ("system", "new", "new")
    assert line.note.endswith("Call no. 3 about this, escalated.")
    async with town.reading() as session:
        row = (await session.scalars(select(WorkOrder))).one()
        facts = await entries_after(session, 0, subject=f"work_order:{row.id}")
    assert row.step == "new"
    told = [entry.event for entry in facts if entry.event.kind == "work_order.urged"]
    assert [(fact.number, fact.call_id, fact.count) for fact in told] == [(number, "c3", 3)]  # type: ignore[attr-defined]


async def test_a_first_repeat_an_unknown_and_a_closed_order_are_not_urged(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    assert await urged(town, again(number, count=2, escalated=False), again("W404")) == []
    async with town.unit_of_work() as session:
        await move(session, number, "cancel", by="8001", note="no more")
    assert await urged(town, again(number)) == []
