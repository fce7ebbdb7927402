"""The dispatcher's board in a browser: sent by keyboard with the reasons seen, and by drag."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect
from sqlalchemy import select, update

from agentdesk.app import create_app
from crm.dispatch.kinds import DISPATCH, FILE
from crm.field import kinds as field
from crm.staff.models import User
from crm.work_orders import service
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.conftest import Telephony
from tests.crm.town import customer, place, premise
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.looking import serious

pytestmark = pytest.mark.browser
HOSTILE = "<b onmouseover=alert(1)>"


@pytest.fixture
async def dispatcher(company: Database, settings: Settings) -> AsyncIterator[tuple[Window, str]]:
    """Two orders for the repair team, and ``field`` who belongs to it."""
    async with company.unit_of_work() as session:
        await definitions.install_file(session, DISPATCH.name, settings.pack_dir / FILE)
        await definitions.install_file(session, field.FIELD.name, settings.pack_dir / field.FILE)
        node = await place(session, "浑南区", "河畔街")
        home = await premise(session, node, f"河畔街 {HOSTILE}")
        await customer(session, "王芳", "13800008001", accounts={"100001": home})
        for key in ("a", "b"):
            await service.open_work_order(
                session, type_code="noise", key=key, by="8001", source="ivr", account_id=1,
                summary=HOSTILE, zone=settings.zone,
            )  # fmt: skip
        await session.execute(update(User).where(User.login == "field").values(team="repair"))
    app = create_app(settings, company, Telephony())
    signed_in(app, "dispatcher", name="wu")
    async with served(settings, app) as base, chromium() as browser, window(browser) as opened:
        await opened.page.goto(f"{base}/dispatch")
        await opened.page.wait_for_selector("body[data-started=true]")
        yield opened, base


async def owners(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        found = [await service.by_number(session, number) for number in await numbers(database)]
        return [(order.step, order.owner) for order in found]


async def numbers(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(WorkOrder.number).order_by(WorkOrder.id)))


async def test_an_order_is_given_by_keyboard_with_the_reasons_seen_and_one_by_drag(
    dispatcher: tuple[Window, str], company: Database
) -> None:
    opened, _base = dispatcher
    page, (first, second) = opened.page, await numbers(company)
    waiting = page.locator("[data-column=unassigned] [data-number]")
    await expect(waiting).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(f"[data-number='{first}']")).to_be_focused()
    await page.keyboard.press("Enter")
    proposal = page.locator("[data-proposals] > li").first
    await expect(proposal).to_contain_text("of the order's team")
    await expect(proposal).to_contain_text("distance not known")
    assert await serious(page) == []
    await page.keyboard.press("1")
    await expect(page.locator("#said")).to_contain_text("field was sent.")
    await expect(page.locator("[data-column=running] [data-number]")).to_have_count(1)
    assert await owners(company) == [("assigned", "field"), ("new", "repair")]
    await page.drag_and_drop(f"[data-number='{second}']", "[data-login=field]")
    await expect(page.locator("[data-column=running] [data-number]")).to_have_count(2)
    assert await owners(company) == [("assigned", "field"), ("assigned", "field")]
    assert await serious(page) == []
    assert opened.complaints == []


async def test_a_network_that_goes_is_told_and_forgotten_when_it_is_back(
    dispatcher: tuple[Window, str], company: Database
) -> None:
    page, (first, _second) = dispatcher[0].page, await numbers(company)
    await page.context.set_offline(True)
    await page.locator(f"[data-number='{first}']").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_have_text("No connection. The board stands still.")
    await expect(page.locator("[data-link]")).to_have_class("light bad")
    await page.context.set_offline(False)
    await expect(page.locator("[data-link]")).to_have_text("live")
    await expect(page.locator("#said")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-proposals] > li").first).to_be_visible()
