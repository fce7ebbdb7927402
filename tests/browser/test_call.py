"""Two browsers, one call: it rings, the desk knows who it is, they talk, the page is reloaded."""

import pytest
from playwright.async_api import Page, expect

from mainline.journal import Event, append
from mainline.journal.floor_events import AgentWrapupEnded
from mainline.sip.listening import until
from mainline.sip.sound import read_channels
from mainline.sip.tones import seconds_of_tone
from tests.asterisk.talking import heard
from tests.browser.conftest import (
    AGENT_HZ,
    CALLER_HZ,
    HOSTILE_NAME,
    HOSTILE_NUMBER,
    Chromium,
)
from tests.calls.instance import Instance

TWICE = """(key) => {
    for (let times = 0; times < 2; times++) {
        document.dispatchEvent(new KeyboardEvent("keydown", { key }));
    }
}"""
"""Between the two the page has no time to show what the first one did."""
POPS = """() => performance.getEntriesByType("resource").filter(
    (each) => each.name.includes("/desk/pop/") && each.responseStatus === 200).length"""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def dial(callers: Chromium, number: str) -> Page:
    """A customer calls the hotline from the page /try."""
    page = await callers.page()
    await page.goto("/try")
    await page.select_option("#caller", number)
    await page.click("#call:not([disabled])")
    await page.wait_for_selector("body[data-call=talking]")
    return page


async def reach_a_person(caller: Page, desk: Page) -> str:
    """0 leads to a person at every level; returns the call's key once the desk rings."""
    for _attempt in range(25):
        await caller.keyboard.press("0")
        await caller.wait_for_timeout(1500)
        if await desk.locator(".line.ringing").count():
            break
    await desk.wait_for_selector(".line.ringing")
    return await desk.get_attribute(".line.ringing", "data-key") or ""


async def test_a_call_rings_pops_talks_survives_a_reload_and_is_recorded_on_both_sides(
    agents: Chromium, callers: Chromium, instance: Instance
) -> None:
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)

    # known while it still rings, and a name is text
    await desk.wait_for_selector(f"#pop[data-drawn-call='{call}']")
    assert await desk.locator(".line.ringing").count() == 1
    assert await desk.inner_text("#pop [data-title]") == HOSTILE_NAME
    assert await desk.locator("#pop img, #pop script").count() == 0
    assert "owned" not in await desk.title()

    await desk.keyboard.press("F2")
    await desk.wait_for_selector(".line.talking")
    await desk.wait_for_selector("#state[data-state=talking]")
    await spoken(instance, call, 3.2)
    # asked for when it rings, and once more only if the books did not know the ring yet
    assert await desk.evaluate(POPS) in {1, 2}

    await desk.reload()
    await desk.wait_for_selector(".line.talking")
    assert await desk.get_attribute(".line.talking", "data-key") == call
    await desk.wait_for_selector(f"#pop[data-call='{call}']")
    assert await caller.get_attribute("body", "data-call") == "talking"
    await spoken(instance, call, 6.4)

    await desk.keyboard.press("F4")
    await caller.wait_for_selector("body[data-call=ended]")
    await desk.wait_for_selector("#state[data-state=wrapup]")
    await note(desk)
    assert agents.complaints == []
    assert callers.complaints == []
    await both_sides_are_recorded(instance, call)


async def spoken(instance: Instance, call: str, seconds: float) -> None:
    """So much of both is in what is being recorded, however long their lines took to open."""

    def long_enough() -> bool:
        files = sorted(instance.settings.recordings_incoming.glob(f"{call}-*"))
        left = sum(heard(file, CALLER_HZ)[0] for file in files)
        return min(left, sum(heard(file, AGENT_HZ)[1] for file in files)) > seconds

    await until(long_enough, 60, f"{seconds} s of both in the recording")


async def note(desk: Page, then: str = "ready") -> None:
    """Wrap-up by keyboard: a reason without fields."""
    await desk.wait_for_selector("#state[data-state=wrapup]")
    await desk.keyboard.press("Alt+w")
    await desk.keyboard.type("invoice")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Alt+Enter")
    await desk.wait_for_selector(f"#state[data-state={then}]")


async def both_sides_are_recorded(instance: Instance, call: str) -> None:
    """The caller's tone left and the agent's right, each on its side alone, before and after."""

    def stored() -> bool:
        return any(fact.kind == "recording.stored" for fact in instance.facts.of_call(call))

    await until(stored, 60, "the recording")
    (left, right), _rate = read_channels(await instance.recording(call))
    assert seconds_of_tone(left, CALLER_HZ) > 6
    assert seconds_of_tone(left, AGENT_HZ) == 0
    assert seconds_of_tone(right, AGENT_HZ) > 6
    assert seconds_of_tone(right, CALLER_HZ) == 0


async def test_a_desk_whose_customer_data_is_away_still_takes_the_call(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    await desk.route("**/desk/pop/**", lambda route: route.abort())
    caller = await dial(callers, HOSTILE_NUMBER)
    await reach_a_person(caller, desk)
    await desk.wait_for_selector("#pop .notice.warn")
    await desk.keyboard.press("F2")
    await desk.wait_for_selector(".line.talking")
    await caller.keyboard.press("Escape")
    await desk.wait_for_selector("#state[data-state=wrapup]")
    await note(desk)


async def test_answer_pressed_twice_in_haste_answers_once_and_tells_of_no_fault(
    agents: Chromium, callers: Chromium
) -> None:
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    await reach_a_person(caller, desk)
    await desk.evaluate(TWICE, "F2")
    await desk.wait_for_selector(".line.talking")
    await expect(desk.locator("#notes")).to_be_empty()
    await desk.evaluate(TWICE, "F4")
    await caller.wait_for_selector("body[data-call=ended]")
    await expect(desk.locator("#notes")).to_be_empty()
    await note(desk)
    assert agents.complaints == []


async def test_a_note_that_the_wrapup_left_no_time_for_is_entered_afterwards(
    agents: Chromium, callers: Chromium, instance: Instance
) -> None:
    """A leak ended the wrap-up, as the worker does it: what was to be noted stays owed."""
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector(".line.talking")
    await caller.keyboard.press("Escape")
    await desk.wait_for_selector("#state[data-state=wrapup]")
    await desk.wait_for_selector(f"[data-note='{call}']")
    await tell(instance, AgentWrapupEnded(subject="agent:8001", call_id=call, by="emergency"))
    await desk.wait_for_selector("#state[data-state=ready]")
    await desk.click(f"[data-note='{call}']")
    await desk.keyboard.type("invoice")
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Alt+Enter")
    await desk.wait_for_selector(f"[data-note='{call}']", state="detached")
    told = [fact for fact in instance.facts.of_call(call) if fact.kind == "call.disposed"]
    assert [fact.payload["agent"] for fact in told] == ["8001"]
    assert agents.complaints == []


async def tell(instance: Instance, fact: Event) -> None:
    async with instance.database.unit_of_work() as session:
        await append(session, fact)


async def test_an_attended_transfer_takes_the_customer_to_the_colleague(
    agents: Chromium, callers: Chromium
) -> None:
    first, second = await agents.ready("agent1"), await agents.ready("agent2")
    await second.select_option("#pause-reason", "other")
    await second.wait_for_selector("#state[data-state=paused]")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, first)
    await first.keyboard.press("F2")
    await first.wait_for_selector(".line.talking")

    await first.keyboard.press("Alt+t")
    await first.keyboard.type("8002")
    await first.wait_for_selector("#transfer-list option[value='8002']", state="attached")
    await first.keyboard.press("Shift+Enter")
    await second.wait_for_selector(".line.ringing")
    await second.wait_for_selector(f"#pop[data-drawn-call='{call}']")
    assert await first.locator(".line[data-state=held]").count() == 1
    await second.keyboard.press("F2")
    await first.wait_for_selector("#complete:not([disabled])")
    await first.keyboard.press("Alt+c")

    await first.wait_for_selector("#no-lines:not([hidden])")
    assert await second.locator(".line.talking").count() == 1
    assert await caller.get_attribute("body", "data-call") == "talking"
    await caller.keyboard.press("Escape")
    await second.wait_for_selector("#no-lines:not([hidden])")
    await note(first)
    await note(second, "paused")


async def test_a_conversation_survives_the_web_and_is_wrapped_up_when_it_is_back(
    agents: Chromium, callers: Chromium, instance: Instance
) -> None:
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector("#state[data-state=talking]")

    await instance.kill("web")
    await desk.wait_for_selector("#server:not([hidden])")
    assert await desk.locator(".line.talking").count() == 1
    await desk.keyboard.press("F8")
    await desk.wait_for_selector(".line[data-state=held]")
    await desk.keyboard.press("F8")
    await desk.wait_for_selector(".line[data-state=talking]")
    await desk.keyboard.press("F4")
    await caller.wait_for_selector("body[data-call=ended]")

    await instance.revive("web")
    await desk.wait_for_selector("#server", state="hidden")
    await desk.wait_for_selector("#state[data-state=wrapup]")
    await desk.wait_for_selector(f"#wrapup[data-call='{call}']")
    await note(desk)
