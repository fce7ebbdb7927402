"""Pages at the sizes and in the languages people use, by keyboard, without a complaint."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Route, expect

from crm.staff.demo import PASSWORD
from tests.browser.conftest import Chromium
from tests.support.looking import beyond, cut_off

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_signing_in_and_becoming_ready_with_the_keyboard_alone(agents: Chromium) -> None:
    page = await agents.page()
    await page.goto("/")
    await expect(page.locator("[name=login]")).to_be_focused()
    await page.keyboard.type("agent3")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("body[data-started=true]")
    await page.wait_for_selector("#state[data-state=paused], #state[data-state=ready]")
    await page.keyboard.press("Alt+r")
    await page.wait_for_selector("#state[data-state=ready]")
    await expect(page.locator(".light.good")).to_have_count(3)
    await page.keyboard.press("Alt+p")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    assert await page.get_attribute("#state", "data-state") == "ready"
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#state[data-state=paused]")
    assert await page.inner_text("#state-reason") == "用餐"
    await page.keyboard.press("Alt+q")
    await page.wait_for_url("**/sign-in")
    assert agents.complaints == []


async def test_the_question_mark_shows_every_key_and_goes_away(agents: Chromium) -> None:
    page = await agents.page(language="en-US")
    await agents.sign_in(page, "agent3")
    await page.wait_for_selector("body[data-started=true]")
    await page.keyboard.press("?")
    await page.wait_for_selector("#key-help[open]")
    keys = await page.locator("#key-help dt").all_inner_texts()
    assert {"F2", "F4", "F8", "F9", "Alt+R", "Alt+Enter", "?"} <= {each.strip() for each in keys}
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#key-help:not([open])", state="hidden")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
async def test_the_desk_fits_the_screen_in_both_languages(
    agents: Chromium, language: str, width: int, height: int
) -> None:
    page = await agents.page(language=language, width=width, height=height)
    await agents.sign_in(page, "agent4")
    await page.goto("/desk")
    await page.wait_for_selector("body[data-started=true]")
    assert await page.evaluate("document.documentElement.lang") == language.replace("-US", "")
    assert await beyond(page) == (0, 0)
    assert await cut_off(page) == []
    assert agents.complaints == []


async def test_a_desk_that_was_taken_elsewhere_is_locked_and_can_be_taken_back(
    agents: Chromium,
) -> None:
    first = await agents.ready("agent3")
    second = await agents.page()
    await agents.sign_in(second, "agent3")
    await first.wait_for_selector("#locked:not([hidden])")
    assert await first.evaluate("document.getElementById('desk').inert")
    assert await second.locator("#locked").is_hidden()
    await first.click("#take-back")
    await second.wait_for_selector("#locked:not([hidden])")
    await first.wait_for_selector("#locked", state="hidden")  # once the server has answered
    assert not await first.evaluate("document.getElementById('desk').inert")


async def test_stretches_of_the_town_without_duplicates_are_passed_by_itself(
    agents: Chromium,
) -> None:
    page = await agents.page(language="en-US")
    await agents.sign_in(page, "leader")
    asked: list[str] = []

    async def a_long_way_to_go(route: Route) -> None:
        shown = await (await route.fetch()).text()
        onward = '<a href="?what=premise&amp;after=room-1" rel="next">Look on</a></main>'
        await route.fulfill(body=shown.replace("</main>", onward), content_type="text/html")

    async def two_empty_stretches(route: Route) -> None:
        asked.append(parse_qs(urlsplit(route.request.url).query)["next"][0])
        told = {"room-1": ([], "room-2"), "room-2": ([], "room-3"), "room-3": ([{}], None)}
        items, following = told[asked[-1]]
        await route.fulfill(json={"items": items, "next": following})

    await page.route("**/customers/duplicates?what=premise", a_long_way_to_go)
    await page.route("**/api/duplicates?*", two_empty_stretches)
    await page.goto("/customers/duplicates?what=premise")
    await page.wait_for_url("**/customers/duplicates?what=premise&after=room-3")
    assert asked == ["room-1", "room-2", "room-3"]
    assert agents.complaints == []
