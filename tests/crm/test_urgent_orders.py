"""An emergency's order is open however the caller came, once, and its clock runs from the call."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.catalog import service as catalog
from crm.work_orders import service
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal.call_events import CallerIdentified, CallOffered, CallUrgent
from tests.crm.calls import NINE, facts, take_in
from tests.crm.town import customer, place, premise

LATE = 90.0


@pytest.fixture
async def town(database: Database) -> Database:
    """Wang Fang with one account, Li Na with two, and the heating catalog."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        street = await place(session, "和平区", "南湖街")
        homes = [await premise(session, street, f"幸福小区{n}号楼") for n in (1, 2, 3)]
        await customer(session, "王芳", "13800008000", accounts={"100001": homes[0]})
        two = {"100002": homes[1], "100003": homes[2]}
        await customer(session, "李娜", "13800008001", accounts=two)
    return database


async def reported(
    database: Database, ani: str, *, known: dict[str, int] | None = None, fault: str = "burst"
) -> list[WorkOrder]:
    """The orders there are when a leak was reported by key a minute and a half into the call."""
    told = [(0.0, CallOffered, {"ani": ani, "dnis": "96777"})]
    if known:
        told.append((1.0, CallerIdentified, {"how": "choice", **known}))
    told.append((LATE, CallUrgent, {"fault": fault}))
    await take_in(database, *facts("ml-1.1", *told), consumer="urgent-orders")  # type: ignore[arg-type]
    async with database.reading() as session:
        return list(await session.scalars(select(WorkOrder)))


async def test_the_clock_of_an_emergency_runs_from_the_call(town: Database) -> None:
    (order,) = await reported(town, "13800008000")
    assert (order.type_code, order.urgency, order.team) == ("burst", "emergency", "emergency")
    assert (order.customer_id, order.account_id, order.premise_id) == (1, 1, 1)
    assert (order.call_id, order.contact, order.source) == ("ml-1.1", "13800008000", "ivr")
    assert order.opened_at == NINE
    assert order.due_respond_at == NINE + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("ani", "known", "whose"),
    [
        ("13800008001", None, (2, None, None)),
        ("13800008001", {"customer_id": 2, "account_id": 3}, (2, 3, 3)),
        ("13999999999", None, (None, None, None)),
        ("anonymous", None, (None, None, None)),
        ("anonymous", {"customer_id": 1}, (1, None, None)),
    ],
)
async def test_an_emergency_is_opened_whoever_calls(
    town: Database,
    ani: str,
    known: dict[str, int] | None,
    whose: tuple[int | None, int | None, int | None],
) -> None:
    (order,) = await reported(town, ani, known=known)
    assert (order.customer_id, order.account_id, order.premise_id) == whose


async def test_the_order_that_the_menu_opened_is_the_same(town: Database) -> None:
    async with town.unit_of_work() as session:
        opened = await service.open_for_fault(
            session,
            fault="burst",
            call_id="ml-1.1",
            customer_id=1,
            account_id=1,
            contact="13800008000",
            zone=NINE.tzinfo,  # type: ignore[arg-type]
            at=NINE,
        )
        number = opened.number
    (order,) = await reported(town, "13800008000")
    assert order.number == number


async def test_an_unknown_fault_stops_no_reader(town: Database) -> None:
    assert await reported(town, "13800008000", fault="dragon") == []
    assert len(await reported(town, "13800008000")) == 1
