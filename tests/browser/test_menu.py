"""A menu edited, checked and published in the page is what the next caller hears."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from ivr.speech.voice import WavVoice
from mainline import definitions
from mainline.sip.g711 import Sound
from mainline.sip.phone import Phone
from mainline.sip.sound import read_wav
from mainline.sip.tones import contains
from tests.browser.conftest import Chromium
from tests.calls.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
WORDS = "今天全城供热正常，谢谢您的来电。"


async def spoken(instance: Instance, text: str) -> Sound:
    voice = WavVoice(instance.settings.sounds_dir)
    try:
        return read_wav((await voice.make(text, "zh"))[0])
    finally:
        voice.close()


async def heard(instance: Instance, sample: Sound) -> bool:
    """Whether a caller who dials the hotline hears it in the end."""
    phone = await Phone.open(instance.trunk)
    call = phone.prepare(instance.hotline, caller="13911117777")
    try:
        await call.dial(60)
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(contains, call.media.heard_since(0), sample):
                assert not call.ended.is_set(), "the call ended first"
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False
    finally:
        await phone.close()
    return True


async def publish(page: Page) -> None:
    await page.fill("#versions form[action$=publish] [name=why]", "winter")
    await page.click("#versions form[action$=publish] button.primary")
    await expect(page.locator("h1 .tag.good")).to_have_count(1)
    await page.wait_for_selector("#editor[data-ready=true]")


async def test_a_menu_edited_in_the_page_is_heard_by_the_next_caller(
    agents: Chromium, instance: Instance
) -> None:
    async with instance.database.reading() as session:
        before = await definitions.current(session, "ivr_menu", "main")
    page = await agents.page()
    await agents.sign_in(page, "admin")
    await page.goto("/admin/menus/main")
    await page.wait_for_selector("#editor[data-ready=true]")
    words = page.locator("[data-panel] textarea[lang=zh]").first
    await words.fill("")
    await expect(page.locator("g[data-node=hello].menu-error")).to_have_count(1)
    await expect(page.locator("[data-problems] .notice.bad")).to_contain_text("hello.text")
    await words.fill(WORDS)
    await expect(page.locator("[data-problems] .notice.good")).to_have_count(1)
    await page.keyboard.press("Control+s")
    await page.wait_for_url("**/admin/menus/main?version=*")
    await publish(page)
    try:
        assert await heard(instance, await spoken(instance, WORDS))
        assert agents.complaints == []
    finally:
        async with instance.database.unit_of_work() as session:
            await definitions.roll_back(session, "ivr_menu", "main", before.version, by="test")
