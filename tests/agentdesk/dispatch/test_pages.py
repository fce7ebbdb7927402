"""Work orders and customers as pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, update

from agentdesk.dispatch import views
from crm.catalog import service as catalog
from crm.customers.models import Customer, CustomerPhone
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import open_work_order
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.support.pages import Pages, pages

HOSTILE = "<b onmouseover=alert(1)>"


@pytest.fixture
async def order(sqlite_database: Database, settings: Settings) -> str:
    """An order of a customer with a strange name."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        customer = Customer(name=HOSTILE)
        session.add(customer)
        await session.flush()
        session.add(CustomerPhone(customer_id=customer.id, number="13800008000", tail="8000"))
        types = (await catalog.work_order_types(session)).body.types
        free = next(each for each in types if not any(f.required for f in each.fields))
        opened = await open_work_order(
            session, type_code=free.code, key="k", by="8001", source="desk",
            customer_id=customer.id, summary=HOSTILE, call_id="ml-1.1",
        )  # fmt: skip
        return opened.number


@pytest.fixture
async def dispatcher(
    sqlite_database: Database, settings: Settings, order: str
) -> AsyncIterator[Pages]:
    async with pages(settings, sqlite_database, [views.router], "dispatcher") as opened:
        yield opened


async def test_the_list_shows_open_orders_and_hides_markup(dispatcher: Pages, order: str) -> None:
    page = await dispatcher.get("/work-orders")
    assert page.status_code == 200
    assert order in page.text
    assert HOSTILE not in page.text
    assert order not in (await dispatcher.get("/work-orders?show=overdue")).text


async def test_who_watches_over_a_late_order_is_named_by_what_they_do(
    dispatcher: Pages, order: str, sqlite_database: Database
) -> None:
    async with sqlite_database.unit_of_work() as session:
        await session.execute(update(WorkOrder).values(overseer="leader", escalation=2))
    for path in ("/work-orders", f"/work-orders/{order}"):
        for language, told in (("en", "Team leader"), ("zh-CN", "班长")):
            shown = (await dispatcher.get(path, language=language)).text
            assert f"{told} <span" in shown, (path, language)
            assert "leader <span" not in shown.replace("Team leader", "")


async def test_a_long_list_asks_the_database_no_oftener_than_a_short_one(
    dispatcher: Pages, sqlite_database: Database, order: str
) -> None:
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(sqlite_database.engine.sync_engine, "before_cursor_execute", heard)
    await dispatcher.get("/work-orders")
    short, asked[:] = list(asked), []
    assert len(short) > 3
    async with sqlite_database.unit_of_work() as session:
        for key in range(9):
            customer = Customer(name=f"王{key}")
            session.add(customer)
            await session.flush()
            await open_work_order(
                session, type_code="no_heat", key=str(key), by="8001", source="ivr",
                customer_id=customer.id,
            )  # fmt: skip
    asked.clear()
    page = await dispatcher.get("/work-orders")
    assert "王8" in page.text
    assert len(asked) == len(short)


async def test_an_order_is_moved_on_and_keeps_its_history(
    dispatcher: Pages, sqlite_database: Database, order: str
) -> None:
    async with sqlite_database.reading() as session:
        row = (await session.scalars(select(WorkOrder))).one()
        types = (await catalog.work_order_types(session)).body
    action = types.step(row.type_code, row.step).transitions[0]
    page = await dispatcher.get(f"/work-orders/{order}")
    assert f'value="{action.action}"' in page.text
    assert HOSTILE not in page.text
    moved = await dispatcher.post(
        f"/work-orders/{order}/moves", {"action": action.action, "note": "go now"}
    )
    assert moved.status_code == 303
    page = await dispatcher.get(f"/work-orders/{order}")
    assert "go now" in page.text
    assert types.step(row.type_code, action.to).label.en in page.text


async def test_the_page_tells_the_clock_and_offers_what_can_be_done_with_its_keys(
    dispatcher: Pages, order: str
) -> None:
    page = (await dispatcher.get(f"/work-orders/{order}")).text
    assert 'data-key="1"' in page
    assert 'value="pause" data-key="P"' in page
    assert 'value="resume"' not in page
    assert "left" in page
    stopped = {"action": "pause", "note": "waits for parts"}
    assert (await dispatcher.post(f"/work-orders/{order}/moves", stopped)).status_code == 303
    page = (await dispatcher.get(f"/work-orders/{order}")).text
    assert "Clock stopped" in page
    assert "waits for parts" in page
    assert 'value="resume" data-key="R"' in page
    assert 'data-key="1"' not in page
    assert "Stopped" in (await dispatcher.get("/work-orders")).text
    again = await dispatcher.post(f"/work-orders/{order}/moves", stopped)
    assert again.status_code == 409


async def test_a_time_is_promised_on_the_page_and_a_past_one_is_refused(
    dispatcher: Pages, sqlite_database: Database, order: str
) -> None:
    async with sqlite_database.unit_of_work() as session:
        (await session.scalars(select(WorkOrder))).one().contact = "13800008000"
    path = f"/work-orders/{order}/promises"
    past = {"what": "call", "due_at": "2020-01-01T10:00", "text": "soon"}
    assert (await dispatcher.post(path, past)).status_code == 422
    coming = (now() + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    wanted = past | {"due_at": f"{coming:%Y-%m-%dT%H:%M}"}
    assert (await dispatcher.post(path, wanted)).status_code == 303
    page = (await dispatcher.get(f"/work-orders/{order}")).text
    assert f"{coming:%Y-%m-%d %H:%M}" in page
    assert "A time was promised" in page
    dispatcher.sign_in("quality")
    assert "/promises" not in (await dispatcher.get(f"/work-orders/{order}")).text
    assert (await dispatcher.post(path, wanted)).status_code == 403


async def test_who_may_only_look_cannot_move(dispatcher: Pages, order: str) -> None:
    dispatcher.sign_in("quality")
    page = await dispatcher.get(f"/work-orders/{order}")
    assert page.status_code == 200
    assert "/moves" not in page.text
    answer = await dispatcher.post(f"/work-orders/{order}/moves", {"action": "assign"})
    assert answer.status_code == 403


async def test_numbers_are_masked_for_those_who_may_not_see_them(dispatcher: Pages) -> None:
    assert "13800008000" in (await dispatcher.get("/customers?q=13800008000")).text
    dispatcher.sign_in("cashier")
    page = (await dispatcher.get("/customers?q=13800008000")).text
    assert "138****8000" in page
    assert "13800008000</td>" not in page


async def test_a_customer_has_a_page_and_a_stranger_has_none(dispatcher: Pages, order: str) -> None:
    page = await dispatcher.get("/customers/1")
    assert page.status_code == 200
    assert order in page.text
    assert HOSTILE not in page.text
    assert (await dispatcher.get("/customers/999")).status_code == 404


async def test_what_an_act_asks_for_is_filled_in_on_the_page_and_fees_are_charged(
    dispatcher: Pages, sqlite_database: Database
) -> None:
    async with sqlite_database.unit_of_work() as session:
        opened = await open_work_order(
            session, type_code="temperature_visit", key="t", by="8001", source="desk"
        )
        paid = await open_work_order(
            session, type_code="alteration", key="a", by="8001", source="desk",
            fields={"why": "moves"},
        )  # fmt: skip
    path = f"/work-orders/{opened.number}"
    for action in ("assign", "accept", "arrive"):
        assert (await dispatcher.post(f"{path}/moves", {"action": action})).status_code == 303
    page = (await dispatcher.get(path)).text
    assert 'name="f.measured.conditions.windows_shut_min"' in page
    assert f"/api/work-orders.pdf?number={opened.number}" in page
    complete = {"action": "complete", "note": "done"}
    refused = await dispatcher.post(f"{path}/moves", complete)
    assert (refused.status_code, "Measured room temperature" in refused.text) == (422, True)
    nobody_in = {**complete, "f.measured.value": "", "f.measured.instead": "refused"}
    assert (await dispatcher.post(f"{path}/moves", nobody_in)).status_code == 303
    assert "18 °C, The customer did not co-operate" in (await dispatcher.get(path)).text
    fees = f"/work-orders/{paid.number}/fees"
    assert (await dispatcher.post(fees, {"q.pipe": "2", "q.labour": ""})).status_code == 303
    assert "¥90.00" in (await dispatcher.get(f"/work-orders/{paid.number}")).text
    assert (await dispatcher.post(fees, {"q.pipe": "-1"})).status_code == 422
    assert (await dispatcher.post(fees, {"q.gold": "1"})).status_code == 422
