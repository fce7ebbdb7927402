import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from agentdesk.app import create_app
from ivr.models import LineMode
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import AgentAnswered, CallEnded, QueueEntered, QueueLeft
from tests.agentdesk.supervisor.conftest import WAIT, FakeCredentials, FakeSwitchboard, ago, tell
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.pages import Pages

pytestmark = pytest.mark.browser


async def _nothing() -> None:
    return


class Board:
    """A running web with a floor, and a browser in front of it."""

    def __init__(self, base: str, browser: Browser, switchboard: FakeSwitchboard) -> None:
        self.base, self.browser, self.switchboard = base, browser, switchboard


@pytest.fixture
async def board(desk: Pages, settings: Settings, sqlite_database: Database) -> AsyncIterator[Board]:
    switchboard = FakeSwitchboard()
    telephony: Any = SimpleNamespace(
        switchboard=switchboard, ari=FakeCredentials(), start=_nothing, stop=_nothing
    )
    app = create_app(settings, sqlite_database, telephony)
    signed_in(app, "leader", name="zhao", number="8100")
    async with served(settings, app) as base, chromium() as browser:
        yield Board(base, browser, switchboard)


@pytest.fixture
async def leader(board: Board) -> AsyncIterator[Window]:
    async with window(board.browser) as opened:
        await opened.page.goto(f"{board.base}/board")
        await expect(opened.page.locator("[data-link]")).to_have_class("light good")
        yield opened


def figure(page: Any, name: str) -> Any:
    return page.locator(f'[data-figure="{name}"] b')


async def test_the_board_follows_the_floor_without_being_asked(
    leader: Window, sqlite_database: Database
):
    page = leader.page
    await expect(figure(page, "waiting")).to_have_text("1")
    await expect(page.locator('[data-rows="waiting"] tr')).to_have_count(1)
    wait = {"subject": f"call:{WAIT}"}
    began = time.monotonic()
    await tell(
        sqlite_database,
        AgentAnswered(**wait, at=ago(0), agent="8002", queue="billing"),
        QueueLeft(**wait, at=ago(0), queue="billing", how="answered"),
    )
    await expect(figure(page, "waiting")).to_have_text("0")
    assert time.monotonic() - began < 5
    row = page.locator('[data-rows="agents"] [data-key="8002"]')
    await expect(row.locator(".tag")).to_have_text("talking")
    await expect(page.locator('[data-none="waiting"]')).to_be_visible()
    assert leader.complaints == []


async def test_durations_tick_in_the_page(leader: Window):
    since = leader.page.locator('[data-rows="agents"] [data-key="8001"] .since')
    shown = await since.text_content()
    await expect(since).not_to_have_text(shown or "")


async def test_a_long_wait_turns_red(leader: Window):
    longest = leader.page.locator('[data-rows="waiting"] .since')
    await expect(longest).to_have_class("since warn")


async def test_focus_stays_on_the_agent_while_the_floor_changes(
    leader: Window, sqlite_database: Database
):
    page = leader.page
    await page.keyboard.press("j")
    row = page.locator('[data-rows="agents"] [data-key="8001"]')
    await expect(row).to_be_focused()
    another = {"subject": "call:ml0123abcd-1795000011.1"}
    await tell(sqlite_database, QueueEntered(**another, at=ago(0), queue="service"))
    await expect(figure(page, "waiting")).to_have_text("2")
    await expect(row).to_be_focused()


async def test_a_leader_pauses_an_agent_by_key(leader: Window, board: Board):
    page = leader.page
    await page.locator('[data-rows="agents"] [data-key="8002"]').focus()
    async with page.expect_response("**/board/agents/8002/state"):
        await page.keyboard.press("p")
    assert board.switchboard.asked == [("pause", "8002", "softphone", "leader")]


async def test_only_what_can_be_done_is_offered(leader: Window):
    page = leader.page

    async def offered(number: str) -> list[str]:
        acts = page.locator(f'[data-rows="agents"] [data-key="{number}"] [data-act]:visible')
        return await acts.evaluate_all("all => all.map(one => one.dataset.act)")

    assert await offered("8001") == ["listen", "whisper", "barge"]
    assert await offered("8002") == ["pause", "sign-out"]
    assert await offered("8003") == ["ready", "sign-out"]
    assert await offered("8004") == []


async def test_a_refusal_is_told_in_the_page(leader: Window, board: Board):
    board.switchboard.absent = {"8003"}
    page = leader.page
    await page.locator('[data-rows="agents"] [data-key="8003"] [data-act="ready"]').click()
    await expect(page.locator("[data-trouble]")).to_contain_text("has not been ready yet")


async def test_night_service_asks_before_it_is_switched(leader: Window, sqlite_database: Database):
    page = leader.page
    answers = iter([False, True])
    page.on("dialog", lambda d: d.accept() if next(answers) else d.dismiss())
    select_mode = page.locator('[data-rows="lines"] [data-key="96777"] select')
    await select_mode.select_option("night")
    await expect(select_mode).to_have_value("auto")
    async with page.expect_response("**/board/lines/96777"):
        await select_mode.select_option("night")
    async with sqlite_database.reading() as session:
        rows = await session.scalars(select(LineMode))
        assert [(row.dnis, row.mode) for row in rows] == [("96777", "night")]


async def test_the_wall_shows_the_same_figures_large(board: Board, sqlite_database: Database):
    async with window(board.browser, language="zh", width=1920, height=1080) as wall:
        page = wall.page
        await page.goto(f"{board.base}/board/wall")
        await expect(figure(page, "waiting")).to_have_text("1")
        height = await figure(page, "waiting").evaluate("one => one.getBoundingClientRect().height")
        assert height >= 100
        await tell(sqlite_database, CallEnded(subject=f"call:{WAIT}", at=ago(0)))
        await expect(figure(page, "waiting")).to_have_text("0")
        await expect(figure(page, "abandoned")).to_have_text("1")
        fits = "document.documentElement.scrollHeight <= innerHeight"
        assert await page.evaluate(fits)
        assert wall.complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1366, 1920])
async def test_nothing_on_the_board_runs_out_of_the_page(board: Board, language: str, width: int):
    async with window(board.browser, language=language, width=width) as opened:
        await opened.page.goto(f"{board.base}/board")
        await expect(figure(opened.page, "waiting")).to_have_text("1")
        wide = await opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
