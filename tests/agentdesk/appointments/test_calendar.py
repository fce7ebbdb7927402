"""The small calendar in a browser, by keyboard alone: on its page and at the desk."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from agentdesk.app import create_app
from crm.appointments.models import Appointment
from crm.staff import rules
from crm.staff.service import add_user
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.conftest import Telephony
from tests.support.browsing import Window, chromium, served, signed_in, window

pytestmark = pytest.mark.browser


@pytest.fixture
async def agent(
    settings: Settings, sqlite_database: Database, order: str, telephony: Telephony
) -> AsyncIterator[tuple[Window, str, str]]:
    async with sqlite_database.unit_of_work() as session:
        await rules.install(session, settings.pack_dir)
        await add_user(
            session, login="zhou", name="zhou", password="correct horse", roles=["agent"],
            agent_number="8001",
        )  # fmt: skip
    app = create_app(settings, sqlite_database, telephony)
    signed_in(app, "agent", name="zhou", number="8001")
    async with served(settings, app) as base, chromium() as browser, window(browser) as opened:
        yield opened, base, order


async def promised(database: Database) -> list[tuple[str, int, str, str | None]]:
    async with database.reading() as session:
        found = await session.scalars(select(Appointment))
        return [(one.state, one.day.day, one.slot, one.call_id) for one in found]


async def test_arrows_go_from_time_to_time_and_enter_promises_one(
    agent: tuple[Window, str, str], sqlite_database: Database
) -> None:
    opened, base, order = agent
    page = opened.page
    await page.goto(f"{base}/work-orders/{order}/appointment")
    assert await focused(page) == "2026-11-23/pm"
    await page.keyboard.press("ArrowDown")
    assert await focused(page) == "2026-11-24/pm"
    await page.keyboard.press("ArrowLeft")
    assert await focused(page) == "2026-11-24/am"
    await page.keyboard.press("ArrowUp")
    assert await focused(page) == "2026-11-24/am", "today's morning is over"
    await page.keyboard.press("End")
    assert await focused(page) == "2026-12-07/pm"
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".promise")).to_contain_text("2026-11-24 13:30–17:30")
    assert await promised(sqlite_database) == [("booked", 24, "pm", None)]
    await page.locator("input[name=reason]").press("Enter")
    assert await promised(sqlite_database) == [("booked", 24, "pm", None)]
    assert opened.complaints == []


async def focused(page: Page) -> str:
    return await page.evaluate("document.activeElement.value")  # type: ignore[no-any-return]


async def test_at_the_desk_a_time_is_promised_and_moved_by_keys(
    agent: tuple[Window, str, str], sqlite_database: Database
) -> None:
    opened, base, order = agent
    page = opened.page
    await page.goto(f"{base}/desk")
    await page.evaluate(
        """order => { document.getElementById("pop").innerHTML =
             `<button data-appointment="${order}">x</button>`; }""",
        order,
    )
    await page.keyboard.press("Alt+i")
    await expect(page.locator("#appointment-dialog")).to_be_visible()
    await expect(page.locator("[data-day='2026-11-23'][data-slot=pm]")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#appointment-dialog")).to_be_hidden()
    assert await promised(sqlite_database) == [("booked", 24, "pm", None)]
    await page.keyboard.press("Alt+i")
    await expect(page.locator("#appointment-reason")).to_be_focused()
    await page.locator("[data-day='2026-11-25'][data-slot=am]").press("Enter")
    await expect(page.locator("#appointment-reason")).to_be_focused()
    assert await promised(sqlite_database) == [("booked", 24, "pm", None)]
    await page.keyboard.type("away")
    await page.locator("[data-day='2026-11-25'][data-slot=am]").press("Enter")
    await expect(page.locator("#appointment-dialog")).to_be_hidden()
    assert await promised(sqlite_database) == [("booked", 25, "am", None)]
