"""The calendar of an order and the appointments of a day, as pages."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from agentdesk.appointments import views
from agentdesk.dispatch import views as dispatch
from crm.appointments import service
from crm.appointments.models import Appointment
from crm.work_orders.service import open_work_order
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.appointments.conftest import HOSTILE
from tests.support.pages import Pages, pages

MORNING = "2026-11-24/am"


@pytest.fixture
async def desk(sqlite_database: Database, settings: Settings, order: str) -> AsyncIterator[Pages]:
    routers = [views.router, dispatch.router]
    async with pages(settings, sqlite_database, routers, "agent") as opened:
        opened.sign_in("agent", number="8001")
        yield opened


async def rows(database: Database) -> list[Appointment]:
    async with database.reading() as session:
        return list(await session.scalars(select(Appointment)))


async def test_a_time_is_promised_in_the_calendar_and_stands_on_the_order(
    desk: Pages, order: str, sqlite_database: Database
) -> None:
    where = f"/work-orders/{order}/appointment"
    page = await desk.get(where)
    assert page.status_code == 200
    assert f'value="{MORNING}" data-day="2026-11-24" data-slot="am"' in page.text
    assert "11-24 Tue Morning: 2 free" in page.text
    assert 'value="2026-11-23/am"' not in page.text
    assert (await desk.post(where, {"when": MORNING})).status_code == 303
    (made,) = await rows(sqlite_database)
    assert (made.day, made.slot, made.booked_by) == (date(2026, 11, 24), "am", "8001")
    shown = (await desk.get(f"/work-orders/{order}")).text
    assert "2026-11-24 08:30–12:00" in shown
    assert "Appointment made" in shown
    chinese = (await desk.get(where, language="zh-CN")).text
    assert "已约定" in chinese
    assert "11-24 周二" in chinese


async def test_a_promise_is_moved_and_cancelled_with_a_reason_only(
    desk: Pages, order: str, sqlite_database: Database
) -> None:
    where = f"/work-orders/{order}/appointment"
    await desk.post(where, {"when": MORNING})
    refused = await desk.post(where, {"when": "2026-11-25/pm"})
    assert refused.status_code == 422
    assert "Please say why." in refused.text
    assert (await desk.post(where, {"when": "2026-11-25/pm", "reason": "away"})).status_code == 303
    assert [(one.day.day, one.slot, one.reason) for one in await rows(sqlite_database)] == [
        (25, "pm", "away")
    ]
    assert (await desk.post(where, {"when": "", "reason": HOSTILE})).status_code == 303
    assert [one.state for one in await rows(sqlite_database)] == ["cancelled"]
    page = await desk.get(where)
    assert "Cancelled" in page.text
    assert HOSTILE not in page.text


async def test_the_last_place_that_went_to_somebody_else_is_refused_in_words_and_drawn_full(
    desk: Pages, order: str, sqlite_database: Database, settings: Settings
) -> None:
    async with sqlite_database.unit_of_work() as session:
        for key in ("a", "b"):
            other = await open_work_order(
                session, type_code="air_vent", key=key, by="x", source="desk", account_id=1
            )
            await service.book(
                session, other.number, date(2026, 11, 24), "am", by="8002", zone=settings.zone
            )
    where = f"/work-orders/{order}/appointment"
    refused = await desk.post(where, {"when": MORNING})
    assert refused.status_code == 409
    assert "This time is full. Please choose another." in refused.text
    assert f'value="{MORNING}"' not in refused.text
    assert len(await rows(sqlite_database)) == 2


async def test_the_day_tells_who_is_promised_and_how_full_it_is(desk: Pages, order: str) -> None:
    await desk.post(f"/work-orders/{order}/appointment", {"when": MORNING})
    page = (await desk.get("/appointments?day=2026-11-24")).text
    assert order in page
    assert "Repairs Hunhe" in page
    assert "1 / 2" in page
    assert HOSTILE not in page
    assert "Nobody was promised this day." in (await desk.get("/appointments")).text
    assert (await desk.get("/appointments?day=never")).status_code == 422


@pytest.mark.parametrize("when", ["never", "2026-02-30/am", "2026-11-24/tea"])
async def test_times_that_are_none_are_refused(
    desk: Pages, order: str, sqlite_database: Database, when: str
) -> None:
    answer = await desk.post(f"/work-orders/{order}/appointment", {"when": when})
    assert answer.status_code == 422
    assert await rows(sqlite_database) == []


@pytest.mark.parametrize(("role", "sees"), [("quality", 200), ("field", 200), ("cashier", 403)])
async def test_who_may_not_open_orders_promises_nothing(
    desk: Pages, order: str, sqlite_database: Database, role: str, sees: int
) -> None:
    desk.sign_in(role)
    where = f"/work-orders/{order}/appointment"
    page = await desk.get(where)
    assert page.status_code == sees
    assert "<button name=" not in page.text
    assert (await desk.post(where, {"when": MORNING})).status_code == 403
    assert await rows(sqlite_database) == []


async def test_an_order_that_nobody_visits_has_no_calendar(
    desk: Pages, sqlite_database: Database
) -> None:
    async with sqlite_database.unit_of_work() as session:
        other = await open_work_order(
            session, type_code="complaint", key="c", by="x", source="desk",
            fields={"subject": "x"},
        )  # fmt: skip
    page = await desk.get(f"/work-orders/{other.number}/appointment")
    assert "No appointments are made for such an order there." in page.text
    assert "<table" not in page.text
