"""A desk in trouble: the network goes, the tab is hidden or doubled, nobody answers in time."""

import pytest
from playwright.async_api import Page

from crm.staff.models import AgentFact
from mainline.clock import now
from tests.browser.conftest import HOSTILE_NAME, HOSTILE_NUMBER, Chromium
from tests.browser.test_call import dial, note, reach_a_person
from tests.calls.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# what the agent's ear gets, and when the caller is through
EAR = """
window.ear = [];
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  if (window.listening) window.ear.push("tone");
  return begin.apply(this, when);
};
new MutationObserver(() => {
  const through = document.querySelector(".line[data-state=talking]");
  if (window.listening && through && !window.ear.includes("caller")) window.ear.push("caller");
}).observe(document, { subtree: true, childList: true });
window.listening = true;
"""

# headless Chromium shows every tab: the page is told what a browser tells it
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  Object.defineProperty(document, "visibilityState",
    { value: hidden ? "hidden" : "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def hang_up_and_note(desk: Page, caller: Page) -> None:
    await desk.keyboard.press("F4")
    await caller.wait_for_selector("body[data-call=ended]")
    await note(desk)


async def press_zero_until(caller: Page, desk: Page, selector: str) -> None:
    """0 leads to a person at every level."""
    for _attempt in range(25):
        await caller.keyboard.press("0")
        await caller.wait_for_timeout(1500)
        if await desk.locator(selector).count():
            break
    await desk.wait_for_selector(selector)


async def test_a_desk_that_answers_by_itself_hears_a_tone_before_the_caller(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    await desk.keyboard.press("Alt+a")
    await desk.wait_for_selector("#auto[aria-pressed=true]")
    await desk.evaluate(EAR)
    caller = await dial(callers, HOSTILE_NUMBER)
    await press_zero_until(caller, desk, ".line[data-state=talking]")
    assert await desk.evaluate("window.ear") == ["tone", "tone", "caller"]  # a double tone, once
    await hang_up_and_note(desk, caller)
    await desk.keyboard.press("Alt+a")
    await desk.wait_for_selector("#auto[aria-pressed=false]")
    assert agents.complaints == []


async def test_a_call_outlives_the_network_and_the_page_is_true_again_when_it_is_back(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector("#state[data-state=talking]")
    await desk.context.set_offline(True)
    await desk.wait_for_selector("#link:not([hidden])")
    await desk.wait_for_selector("#server:not([hidden])")
    assert await desk.get_attribute(".line.talking", "data-key") == call
    assert await caller.get_attribute("body", "data-call") == "talking"
    await desk.context.set_offline(False)
    await desk.wait_for_selector("#link", state="hidden")
    await desk.wait_for_selector("#server", state="hidden")
    await desk.wait_for_selector("#light-link.good")
    assert await desk.get_attribute(".line.talking", "data-key") == call
    await hang_up_and_note(desk, caller)


async def test_a_call_opened_in_a_second_tab_goes_on_there_and_only_there(
    agents: Chromium, callers: Chromium
) -> None:
    first = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, first)
    await first.keyboard.press("F2")
    await first.wait_for_selector("#state[data-state=talking]")
    second = await first.context.new_page()
    await second.goto("/desk")
    await second.wait_for_selector(".line.talking")
    assert await second.get_attribute(".line.talking", "data-key") == call
    await first.wait_for_selector("#locked:not([hidden])")
    await first.wait_for_selector(".line", state="detached")
    assert await caller.get_attribute("body", "data-call") == "talking"
    await hang_up_and_note(second, caller)


async def test_a_hidden_tab_rings_in_its_title_and_takes_the_call(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    await desk.evaluate(HIDE, True)
    caller = await dial(callers, HOSTILE_NUMBER)
    await press_zero_until(caller, desk, ".line.ringing")
    assert (await desk.title()).startswith("☎")
    await desk.evaluate(HIDE, False)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector("#state[data-state=talking]")
    await hang_up_and_note(desk, caller)


async def test_who_was_not_answered_waits_is_hinted_at_and_stands_in_the_list_for_ever(
    agents: Chromium, callers: Chromium, instance: Instance
) -> None:
    long_ago = now().replace(year=2021, month=2, day=3, hour=4)
    async with instance.database.unit_of_work() as session:
        session.add(AgentFact(agent="8001", at=long_ago, kind="agent.direct_missed", detail="8002"))
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    await reach_a_person(caller, desk)
    await desk.keyboard.press("Alt+d")  # not to be disturbed, so that nobody is rung again
    await desk.keyboard.press("F4")
    await desk.wait_for_selector("#state[data-state=paused]")
    await desk.wait_for_selector("#hint:not([hidden])")
    assert "1" in await desk.inner_text("#hint")
    await desk.keyboard.press("Alt+m")
    await desk.locator(
        "#missed li", has_text=HOSTILE_NAME
    ).wait_for()  # the books may be a moment late
    shown = await desk.locator("#missed li").all_inner_texts()
    assert HOSTILE_NAME in shown[0]
    assert "2021-02-03" in shown[-1]
    await caller.keyboard.press("Escape")
    await desk.wait_for_selector("#hint", state="hidden")
    assert agents.complaints == []
