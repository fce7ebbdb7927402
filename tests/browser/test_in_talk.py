"""In the talk, with keys alone: muted, keyed, confirmed, handed on; what is typed stays."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from crm.customers.models import CustomerPhone
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified
from mainline.sip.call import Call
from mainline.sip.listening import until
from mainline.sip.phone import Phone
from mainline.sip.tones import seconds_of_tone
from tests.browser.conftest import AGENT_HZ, Chromium, ring_by_keys
from tests.browser.test_call import note
from tests.calls.instance import Instance
from tests.crm.town import customer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ZHOU = "13977770030"


@pytest_asyncio.fixture(loop_scope="session")
async def zhou(instance: Instance) -> AsyncIterator[Call]:
    """Zhou Ming calls from a number that nobody has confirmed."""
    async with instance.database.unit_of_work() as session:
        await customer(session, "周明", ZHOU)
        his = update(CustomerPhone).where(CustomerPhone.number == ZHOU)
        await session.execute(his.values(confirmed=False))
    phone = await Phone.open(instance.trunk)
    yield await phone.call(instance.hotline, caller=ZHOU, timeout_s=60)
    await phone.close()


async def test_all_that_a_talk_needs_is_a_key_and_what_is_half_written_stays(
    agents: Chromium, instance: Instance, zhou: Call
) -> None:
    desk, colleague = await agents.ready("agent1"), await agents.ready("agent2")
    await colleague.select_option("#pause-reason", "other")
    await colleague.wait_for_selector("#state[data-state=paused]")
    await answered(desk, zhou)
    await muted_and_not(desk, zhou)
    await keyed(desk, zhou)
    await identified(instance, await desk.get_attribute("#pop", "data-call") or "")
    await confirmed(desk, instance)
    await half_written(desk, instance)
    await handed_on(desk, colleague, zhou)
    assert agents.complaints == []


async def answered(desk: Page, call: Call) -> None:
    await ring_by_keys(desk, call)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector(".line.talking")
    await until(lambda: hears_the_agent(call), 60, "the agent")


def hears_the_agent(call: Call) -> bool:
    return seconds_of_tone(call.media.heard(1.0), AGENT_HZ) > 0.7


async def muted_and_not(desk: Page, call: Call) -> None:
    """F9 is a switch."""
    await desk.keyboard.press("F9")
    await until(lambda: seconds_of_tone(call.media.heard(1.0), AGENT_HZ) == 0, 60, "silence")
    await desk.keyboard.press("F9")
    await until(lambda: hears_the_agent(call), 60, "the agent again")


async def keyed(desk: Page, call: Call) -> None:
    """The keypad opens by key; digits of the keyboard then are keys of the telephone."""
    assert call.media.keys_heard == ""
    await desk.keyboard.press("Alt+k")
    await desk.keyboard.press("4")
    await desk.keyboard.press("2")
    await until(lambda: call.media.keys_heard == "42", 60, "both keys")
    await desk.keyboard.press("Alt+k")
    await expect(desk.locator("#keypad")).to_be_hidden()


async def identified(instance: Instance, call: str) -> None:
    """By what he keyed; the pop is drawn again."""
    async with instance.database.unit_of_work() as session:
        his = select(CustomerPhone.customer_id).where(CustomerPhone.number == ZHOU)
        who = (await session.scalars(his)).one()
        told = CallerIdentified(subject=f"call:{call}", how="keypad", customer_id=who)
        await append(session, told)


async def confirmed(desk: Page, instance: Instance) -> None:
    """F10 says that the number is his, and is offered no more."""
    await expect(desk.locator("#theirs")).to_be_visible()
    await desk.keyboard.press("F10")
    await expect(desk.locator("#theirs")).to_have_count(0)
    async with instance.database.reading() as session:
        phone = (
            await session.scalars(select(CustomerPhone).where(CustomerPhone.number == ZHOU))
        ).one()
        assert (phone.confirmed, phone.confirmed_by) == (True, "8001")


async def half_written(desk: Page, instance: Instance) -> None:
    """A reason for taking the masks off, while the pop is drawn again."""
    await desk.keyboard.press("F7")
    await desk.keyboard.press("Tab")
    words = desk.locator("#pop details.unmask [name=words]")
    await desk.keyboard.type("he asks for ")
    seen = await desk.get_attribute("#pop [data-seen]", "data-seen")
    await identified(instance, await desk.get_attribute("#pop", "data-call") or "")
    await expect(desk.locator("#pop [data-seen]")).not_to_have_attribute("data-seen", seen or "")
    await desk.keyboard.type("it")
    await expect(words).to_have_value("he asks for it")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#pop")).to_contain_text(ZHOU)


async def handed_on(desk: Page, colleague: Page, call: Call) -> None:
    """Blind: it rings at the colleague while the first is free of the call at once."""
    await desk.keyboard.press("Alt+t")
    await desk.keyboard.type("8002")
    await desk.wait_for_selector("#transfer-list option[value='8002']", state="attached")
    await desk.keyboard.press("Enter")
    await colleague.wait_for_selector(".line.ringing")
    await desk.wait_for_selector("#no-lines:not([hidden])")
    await colleague.keyboard.press("F2")
    await colleague.wait_for_selector(".line.talking")
    await until(lambda: hears_the_agent(call), 60, "the colleague")
    await colleague.keyboard.press("F4")
    await colleague.wait_for_selector("#no-lines:not([hidden])")
    await note(desk)
    await note(colleague, "paused")
