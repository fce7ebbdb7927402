"""Preview dialling in a browser, by keyboard alone."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import expect

from agentdesk.app import create_app
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.outbound.conftest import NUMBER, Board
from tests.support.browsing import Window, chromium, served, signed_in, window

pytestmark = pytest.mark.browser


async def _nothing() -> None:
    return


@pytest.fixture
async def agent(settings: Settings, company: Database) -> AsyncIterator[tuple[Window, Board]]:
    board = Board()
    telephony: Any = SimpleNamespace(switchboard=board, ari=None, start=_nothing, stop=_nothing)
    app = create_app(settings, company, telephony)
    signed_in(app, "agent", name="zhou", number="8001")
    async with served(settings, app) as base, chromium() as browser, window(browser) as opened:
        await opened.page.goto(f"{base}/outbound")
        yield opened, board


async def test_next_call_result_by_keyboard_alone(agent: tuple[Window, Board]) -> None:
    opened, board = agent
    page = opened.page
    await page.keyboard.press("n")
    await expect(page.locator("[data-shortcut=c]")).to_contain_text("138****8001")
    await expect(page.locator(".pop h1")).to_contain_text("<b onmouseover")
    await page.keyboard.press("c")
    await expect(page.locator("dl.facts")).to_contain_text("Attempts1")
    assert board.asked == [("8001", "phone", NUMBER)]
    await page.keyboard.press("1")
    await expect(page.locator("input[value=satisfied]")).to_be_checked()
    await page.locator("select[name=q_solved]").select_option("yes")
    await page.locator("h1").first.click()
    await page.keyboard.press("s")
    await expect(page.locator(".empty")).to_contain_text("Nobody has to be called")
    assert opened.complaints == []
