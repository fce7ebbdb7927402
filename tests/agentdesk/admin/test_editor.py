"""The menu editor in a real browser: by keyboard, by mouse, with sound."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import yaml
from playwright.async_api import Page, expect

from agentdesk.app import create_app
from crm.interactions.models import MenuPassage
from ivr.kinds import IVR_MENU
from mainline import definitions
from mainline.clock import now
from mainline.config import PROJECT, Settings
from mainline.db import Database
from tests.agentdesk.conftest import Telephony
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.looking import beyond, cut_off, serious

pytestmark = pytest.mark.browser
HEAT = yaml.safe_load((PROJECT / "packs" / "heat" / "menus" / "main.yaml").read_text("utf-8"))
UNNAMED = """
() => [...document.querySelectorAll("#editor :is(input, select, textarea, button)")]
  .filter((each) => !each.labels?.length && !each.getAttribute("aria-label"))
  .filter((each) => !each.matches("button") || !each.textContent.trim())
  .map((each) => each.outerHTML.slice(0, 120))
"""
"""Fields that nobody could name."""


@pytest.fixture
async def address(settings: Settings, sqlite_database: Database) -> AsyncIterator[str]:
    async with sqlite_database.unit_of_work() as session:
        await definitions.install(session, IVR_MENU.name, "main", HEAT, by="pack", why="first")
    app = create_app(settings, sqlite_database, Telephony())
    signed_in(app, "admin", name="chen")
    async with served(settings, app) as base:
        yield f"{base}/admin/menus/main"


@pytest.fixture
async def editor(address: str) -> AsyncIterator[Window]:
    async with chromium() as browser, window(browser) as opened:
        await opened.page.goto(address)
        await opened.page.wait_for_selector("#editor[data-ready=true]")
        yield opened


async def chosen(page: Page) -> str:
    return str(await page.get_attribute("g[aria-selected=true]", "data-node"))


async def choose(page: Page, node: str) -> None:
    await page.locator(f"g[data-node={node}]").click(position={"x": 20, "y": 8})
    await expect(page.locator("[data-panel] h2 code")).to_have_text(node)


async def versions(database: Database) -> list[Any]:
    async with database.reading() as session:
        return [each.source for each in await definitions.history(session, "ivr_menu", "main")]


async def test_a_node_is_found_added_named_undone_and_kept_by_keyboard_alone(
    editor: Window, sqlite_database: Database
):
    page = editor.page
    await page.locator("[data-drawing]").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("g[aria-selected=true]")).to_have_attribute("data-node", "language")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("[data-panel] h2 code")).to_have_text("hello")
    await page.keyboard.press("n")
    await page.keyboard.type("winter_notice")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-panel] h2 code")).to_have_text("winter_notice")
    await expect(page.locator("g[data-node=winter_notice].menu-error")).to_have_count(1)
    await expect(page.locator("[data-problems]")).to_contain_text("Says nothing.")
    await expect(page.locator("[data-drawing]")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("今天供热正常。")
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-problems]")).to_contain_text("Has no words in en.")
    await page.get_by_label("Says · English").fill("All is well today.")
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-problems]")).to_have_text("No mistakes found.")
    await page.keyboard.press("Control+s")
    await page.wait_for_url("**/main?version=2")
    after, before = await versions(sqlite_database)
    assert before == HEAT
    assert [*after["nodes"]][:-1] == [*HEAT["nodes"]], "the order is the company's own"
    assert after["nodes"]["hello"]["next"] == "winter_notice"
    assert after["nodes"]["winter_notice"] == {
        "kind": "say",
        "text": {"zh": "今天供热正常。", "en": "All is well today."},
        "next": "language",
    }
    assert editor.complaints == []


async def test_every_step_back_is_exact_and_so_is_every_step_on(editor: Window):
    page = editor.page
    nodes = page.locator("g[data-node]")
    total = len(HEAT["nodes"])
    await choose(page, "lunch")
    await page.keyboard.press("Delete")
    await expect(nodes).to_have_count(total - 1)
    await choose(page, "outage")
    await page.get_by_label("Name", exact=True).first.fill("news")
    await page.keyboard.press("Tab")
    await expect(page.locator("g[data-node=news]")).to_have_count(1)
    for _ in range(2):
        await page.click("[data-undo]")
    await expect(nodes).to_have_count(total)
    await expect(page.locator("[data-unkept]")).to_be_hidden()
    await expect(page.locator("[data-undo]")).to_be_disabled()
    for _ in range(2):
        await page.click("[data-redo]")
    await expect(page.locator("g[data-node=news]")).to_have_count(1)
    await expect(nodes).to_have_count(total - 1)
    await expect(page.locator("[data-redo]")).to_be_disabled()
    for _ in range(2):
        await page.click("[data-undo]")
    await expect(page.locator("[data-unkept]")).to_be_hidden()


async def test_a_way_is_pulled_to_another_node_with_the_mouse(
    editor: Window, sqlite_database: Database
):
    page = editor.page
    await choose(page, "lunch")
    row = page.locator("g[data-node=hours] text[data-how=lunch]")
    target = page.locator("g[data-node=night] rect")
    await row.hover()
    await page.mouse.down()
    box = await target.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 8, steps=4)
    await page.mouse.up()
    await expect(page.locator("[data-problems]")).to_contain_text("No way leads here.")
    await page.click("[data-keep] button")
    await page.wait_for_url("**/main?version=2")
    assert (await versions(sqlite_database))[0]["nodes"]["hours"]["lunch"] == "night"


async def test_what_cannot_be_done_is_told_and_changes_nothing(editor: Window):
    page = editor.page
    await choose(page, "lunch")
    await page.get_by_label("Name", exact=True).first.fill("main")
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-refusal]")).to_have_text("There is a node main already.")
    await expect(page.locator("[data-unkept]")).to_be_hidden()
    await expect(page.get_by_label("Name", exact=True).first).to_have_value("lunch")
    await page.context.set_offline(True)
    await page.get_by_label("Name", exact=True).first.fill("midday")
    await page.keyboard.press("Tab")
    away = "No connection to the server. Please try again."
    await expect(page.locator("[data-refusal]")).to_have_text(away)
    await expect(page.locator("[data-unkept]")).to_be_hidden()


async def test_the_second_of_two_who_edit_at_once_is_told_and_loses_nothing(
    editor: Window, sqlite_database: Database
):
    page = editor.page
    await choose(page, "lunch")
    await page.keyboard.press("Delete")
    async with sqlite_database.unit_of_work() as session:
        await definitions.draft(session, "ivr_menu", "main", HEAT, author="wang")
    await page.keyboard.press("Control+s")
    await expect(page.locator("[data-refusal]")).to_contain_text("wang has kept version 2")
    await expect(page.locator("[data-unkept]")).to_be_visible()
    assert len(await versions(sqlite_database)) == 2


async def test_the_menu_is_tried_with_keys_and_nothing_is_kept(
    editor: Window, sqlite_database: Database
):
    page = editor.page
    await page.keyboard.press("t")
    heard = page.locator("[data-heard] li")
    await expect(heard.last).to_contain_text("中文服务请按1。")
    await page.keyboard.press("1")
    await expect(heard.last).to_contain_text("故障报修请按1。")
    await page.keyboard.press("9")
    await expect(heard.last).to_contain_text("› 9")
    await page.keyboard.press("0")
    await expect(heard.last).to_contain_text("Waits for a person")
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-walk]")).to_be_hidden()
    assert editor.complaints == []


async def test_a_prompt_is_heard_recorded_by_microphone_and_given_back(
    editor: Window, settings: Settings
):
    page = editor.page
    await choose(page, "hello")
    words = page.locator("[data-words][data-language=zh]").first
    async with page.expect_response("**/admin/menus/speech") as answer:
        await words.get_by_text("Listen").click()
    sound = await answer.value
    assert (sound.status, sound.headers["content-type"]) == (200, "audio/wav")
    await words.get_by_text("Record", exact=False).first.click()
    await expect(words.locator("[data-record]")).to_have_attribute("aria-pressed", "true")
    await page.wait_for_timeout(2500)  # the length of the recording
    await words.locator("[data-record]").click()
    await expect(words.locator(".tag")).to_have_text("recorded")
    assert len(list((settings.sounds_dir / "studio" / "zh").glob("*.wav"))) == 1
    await words.locator("[data-unrecord]").click()
    await expect(words.locator(".tag")).to_have_count(0)
    assert list((settings.sounds_dir / "studio" / "zh").glob("*.wav")) == []
    assert editor.complaints == []


async def test_callers_are_shown_on_the_drawing_and_in_a_table(
    editor: Window, sqlite_database: Database
):
    at = now() - timedelta(days=1)
    walked = [("hello", "", "language", False), ("language", "1", None, True)]
    async with sqlite_database.unit_of_work() as session:
        for call in ("a", "b"):
            for seq, (node, keys, target, gave_up) in enumerate(walked):
                seen = {"node": node, "keys": keys, "target": target, "gave_up": gave_up}
                session.add(MenuPassage(call_id=call, seq=seq, menu="main", version=1, at=at,
                                        **seen))  # fmt: skip
    page = editor.page
    await page.click("[data-period] button >> text=Show")
    await expect(page.locator("g[data-node=hello] .menu-visits")).to_have_text("2")
    await expect(page.locator("g[data-node=language] .menu-gave-up")).to_have_text("✕ 2")
    await expect(page.locator("[data-figures] tr", has_text="language").last).to_contain_text("2")
    width = await page.locator(".menu-edge").first.get_attribute("stroke-width")
    assert width == "9.8"
    await page.click("[data-no-period]")
    await expect(page.locator(".menu-visits")).to_have_count(0)


async def test_every_field_has_a_name_and_a_reader_can_change_nothing(address: str, editor: Window):
    page = editor.page
    for node in ("main", "hours", "language", "burst", "arrears"):
        await choose(page, node)
        assert await page.evaluate(UNNAMED) == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_menu_of_one_node_and_of_many_fits_and_can_be_read(
    address: str, sqlite_database: Database, language: str
) -> None:
    nodes = {"agent": {"kind": "queue", "queue": "service"}}
    single = {"title": HEAT["title"], "start": "agent", "person": "agent", "nodes": nodes}
    async with sqlite_database.unit_of_work() as session:
        await definitions.install(session, IVR_MENU.name, "single", single, by="pack", why="first")
    async with chromium() as browser:
        for name, many in (("single", 1), ("main", len(HEAT["nodes"]))):
            for width, height in ((1366, 768), (1920, 1080)):
                async with window(browser, language=language, width=width, height=height) as opened:
                    page = opened.page
                    await page.goto(address.replace("main", name))
                    await expect(page.locator("g[data-node]")).to_have_count(many)
                    assert (await beyond(page))[0] == 0, (name, width)
                    assert await cut_off(page) == [], (name, width)
                    if width == 1366:
                        assert await serious(page) == [], name
                    assert opened.complaints == [], name
