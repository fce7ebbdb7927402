"""No state lives in the page: two tabs, a sleeping laptop, a customer parked and taken back."""

import pytest
from playwright.async_api import Page, expect

from mainline.journal import append
from mainline.journal.floor_events import AgentPaused
from tests.browser.conftest import HOSTILE_NUMBER, Chromium
from tests.browser.test_call import dial, note, reach_a_person
from tests.calls.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def lifecycle(page: Page, state: str) -> None:
    """Freeze the page as a sleeping laptop does, or wake it."""
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": state})
    await session.detach()


async def test_a_desk_that_slept_shows_what_is_true_when_it_wakes(
    agents: Chromium, instance: Instance
) -> None:
    desk = await agents.ready("agent1")
    await lifecycle(desk, "frozen")
    async with instance.database.unit_of_work() as session:
        await append(session, AgentPaused(subject="agent:8001", reason="leader"))
    await lifecycle(desk, "active")
    await desk.wait_for_selector("#state[data-state=paused]")
    await desk.keyboard.press("Alt+r")
    await desk.wait_for_selector("#state[data-state=ready]")
    await expect(desk.locator(".light.good")).to_have_count(3)


async def test_of_two_tabs_the_last_one_has_the_telephone_and_the_other_can_take_it_back(
    agents: Chromium,
) -> None:
    first = await agents.ready("agent1")
    second = await first.context.new_page()
    await second.goto("/desk")
    await second.wait_for_selector("body[data-started=true]")
    await first.wait_for_selector("#locked:not([hidden])")
    assert await first.evaluate("document.getElementById('desk').inert") is True
    await first.click("#take-back")
    await second.wait_for_selector("#locked:not([hidden])")
    await first.wait_for_selector("#locked", state="hidden")
    await first.wait_for_selector("#light-link.good")


async def test_a_customer_is_parked_and_taken_back_by_keys_alone(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector("#state[data-state=talking]")
    await desk.keyboard.press("Alt+v")
    await desk.wait_for_selector("#parked [data-slot]")
    await desk.wait_for_selector("#no-lines:not([hidden])")
    assert await caller.get_attribute("body", "data-call") == "talking"
    await desk.keyboard.press("Alt+u")
    await desk.wait_for_selector(".line.talking")
    assert await desk.get_attribute(".line.talking", "data-key") == call
    await desk.wait_for_selector("#parked-box", state="hidden")
    await desk.keyboard.press("F4")
    await caller.wait_for_selector("body[data-call=ended]")
    await note(desk)
    assert agents.complaints == []
