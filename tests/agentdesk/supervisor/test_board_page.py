from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from agentdesk.app import create_app
from crm.alerts.events import AlertCleared, AlertRaised
from crm.alerts.models import Alert
from ivr.models import LineMode
from mainline.asterisk.snapshots import Waiting
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append
from mainline.journal.call_events import CallEnded, QueueEntered, QueueLeft
from mainline.journal.talk_events import AgentAnswered
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
    await tell(
        sqlite_database,
        AgentAnswered(**wait, at=ago(0), agent="8002", queue="billing"),
        QueueLeft(**wait, at=ago(0), queue="billing", how="answered"),
    )
    await expect(figure(page, "waiting")).to_have_text("0")
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


async def test_a_leader_pauses_an_agent_by_keys_alone_and_says_why(
    leader: Window, board: Board, sqlite_database: Database
):
    page = leader.page
    row = page.locator('[data-rows="agents"] [data-key="8002"]')
    await row.focus()
    await page.keyboard.press("p")
    await expect(page.locator('[data-asking] [name="why"]')).to_be_focused()
    await page.keyboard.press("Escape")
    assert board.switchboard.asked == []
    await expect(row).to_be_focused()
    await page.keyboard.press("p")
    await page.keyboard.type("visitor")
    async with page.expect_response("**/board/agents/8002/state"):
        await page.keyboard.press("Enter")
    assert board.switchboard.asked == [("pause", "8002", "softphone", "leader")]
    await expect(row).to_be_focused()
    assert leader.complaints == []


async def test_only_what_can_be_done_is_offered(leader: Window):
    page = leader.page

    async def offered(number: str) -> list[str]:
        acts = page.locator(f'[data-rows="agents"] [data-key="{number}"] [data-act]:visible')
        return await acts.evaluate_all("all => all.map(one => one.dataset.act)")

    assert await offered("8001") == ["listen", "whisper", "barge", "more"]
    assert await offered("8002") == ["pause", "more"]
    assert await offered("8003") == ["ready", "more"]
    assert await offered("8004") == ["more"]
    await page.locator('[data-rows="agents"] [data-key="8001"]').focus()
    await page.keyboard.press("Enter")
    acts = page.locator("[data-asking] .act")
    await expect(acts).to_have_count(7)
    assert [text[-1] for text in await acts.all_text_contents()] == list("LWBTMCN")
    await page.keyboard.press("Escape")
    await page.locator('[data-rows="agents"] [data-key="8004"] [data-act="more"]').click()
    await expect(acts).to_have_count(2)


async def test_an_agent_is_moved_between_queues_in_the_page(leader: Window, board: Board):
    page = leader.page
    await page.locator('[data-rows="agents"] [data-key="8002"]').focus()
    await page.keyboard.press("m")
    fields = page.locator("[data-asking]")
    await expect(fields.locator('[name="repair"]')).to_have_value("0")
    await fields.locator('[name="repair"]').fill("")
    await fields.locator('[name="billing"]').fill("2")
    async with page.expect_response("**/board/agents/8002/queues"):
        await page.keyboard.press("Enter")
    assert ("penalty", "billing", "8002", "softphone", 2) in board.switchboard.asked
    assert ("queue_remove", "repair", "8002", "softphone") in board.switchboard.asked


async def test_a_waiting_caller_is_let_ahead_and_put_through_by_keys(leader: Window, board: Board):
    page = leader.page
    channel = f"PJSIP/trunk-{WAIT}"
    first = Waiting("billing", "PJSIP/trunk-first", "", 1, 90, 20)
    board.switchboard.waiting = [first, Waiting("billing", channel, "", 2, 40, 10)]
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    async with page.expect_response("**/raise"):
        await page.keyboard.press("Enter")
    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await page.locator('[data-asking] [name="agent"]').select_option("8002")
    async with page.expect_response("**/fetch"):
        await page.locator("[data-confirm]").click()
    assert board.switchboard.asked == [
        ("priority", "billing", channel, 21),
        ("withdraw", "billing", channel, "fetch-8002"),
        ("stop_ringing", WAIT),
    ]
    board.switchboard.waiting = []
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-trouble]")).to_contain_text("no longer waiting")


async def test_a_refusal_is_told_in_the_page(leader: Window, board: Board):
    board.switchboard.absent = {"8003"}
    page = leader.page
    await page.locator('[data-rows="agents"] [data-key="8003"] [data-act="ready"]').click()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-trouble]")).to_contain_text("has not been ready yet")


async def test_an_alert_is_seen_acknowledged_by_key_and_gone_by_itself(
    leader: Window, sqlite_database: Database
):
    page = leader.page
    await expect(page.locator("[data-alerts]")).to_be_hidden()
    raised = AlertRaised(
        subject="alert:1", measure="longest-wait", about="queue:billing", level="bad",
        value=200, limit=180,
    )  # fmt: skip
    async with sqlite_database.unit_of_work() as session:
        session.add(
            Alert(measure="longest-wait", subject="queue:billing", level="bad", value=200.0,
                  limit=180.0, raised_at=ago(5), changed_at=ago(5))
        )  # fmt: skip
        await append(session, raised)
    alert = page.locator('[data-rows="alerts"] .alert')
    await expect(alert.locator(".what")).to_have_text("Long wait · Bills and payments · 3:20")
    await expect(alert).to_have_class("alert bad ")
    await page.keyboard.press("a")
    await page.keyboard.type("on it")
    await page.keyboard.press("Enter")
    await expect(alert.locator(".who")).to_have_text("zhao takes care of it — on it")
    async with sqlite_database.unit_of_work() as session:
        row = await session.get_one(Alert, 1)
        row.cleared_at = ago(0)
        await append(session, AlertCleared(subject="alert:1"))
    await expect(page.locator("[data-alerts]")).to_be_hidden()
    assert leader.complaints == []


async def test_a_queue_is_shown_alone_and_the_address_keeps_it(leader: Window):
    page = leader.page
    await page.locator('[data-filter="queue"]').select_option("billing")
    await expect(page.locator('[data-rows="queues"] tr')).to_have_count(1)
    await expect(page.locator('[data-rows="agents"] tr')).to_have_count(0)
    await expect(figure(page, "offered")).to_have_text("1")
    assert page.url.endswith("?queue=billing")
    await page.reload()
    await expect(page.locator('[data-rows="queues"] tr')).to_have_count(1)
    await expect(page.locator('[data-filter="queue"]')).to_have_value("billing")


async def test_a_line_is_switched_until_a_time_when_it_is_confirmed(
    leader: Window, sqlite_database: Database
):
    page = leader.page
    select_mode = page.locator('[data-rows="lines"] [data-key="96777"] select')
    await select_mode.select_option("holiday")
    await page.keyboard.press("Escape")
    await expect(select_mode).to_have_value("auto")
    await select_mode.select_option("holiday")
    await page.locator('[data-asking] [name="until"]').fill("2099-01-01T08:00")
    async with page.expect_response("**/board/lines/96777"):
        await page.locator("[data-confirm]").click()
    async with sqlite_database.reading() as session:
        (row,) = await session.scalars(select(LineMode))
    assert (row.dnis, row.mode) == ("96777", "holiday")
    assert row.until is not None
    assert row.until.year in {2098, 2099}
    await expect(page.locator('[data-rows="lines"] [data-key="96777"] .until')).to_contain_text(
        "until"
    )


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


async def test_the_wall_tells_alerts_and_rings_once_when_it_may(
    board: Board, sqlite_database: Database
):
    async with window(board.browser, width=1920, height=1080) as wall:
        page = wall.page
        await page.goto(f"{board.base}/board/wall?queue=billing")
        await expect(figure(page, "waiting")).to_have_text("1")
        await expect(page.locator('[data-rows="wall-queues"] tr')).to_have_count(1)
        await page.locator("[data-ring]").click()
        await expect(page.locator("body")).to_have_attribute("data-rung", "1")
        async with sqlite_database.unit_of_work() as session:
            session.add(
                Alert(measure="waiting", subject="queue:billing", level="warn", value=6.0,
                      limit=5.0, raised_at=ago(5), changed_at=ago(5))
            )  # fmt: skip
            await append(session, AlertCleared(subject="alert:0"))
        await expect(page.locator(".wall-alerts li")).to_have_text(
            "Many waiting · Bills and payments · 6"
        )
        await expect(page.locator("body")).to_have_attribute("data-rung", "2")
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert wall.complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1366, 1920])
async def test_nothing_on_the_board_runs_out_of_the_page(board: Board, language: str, width: int):
    async with window(board.browser, language=language, width=width) as opened:
        await opened.page.goto(f"{board.base}/board")
        await expect(figure(opened.page, "waiting")).to_have_text("1")
        wide = await opened.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
