"""Small dialogs with keys alone: opened, filled in and left, with the focus where it belongs."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from crm.exports.models import REFUSED, WAITING, DataExport
from mainline.clock import now
from tests.browser.conftest import Chromium
from tests.calls.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_masks_are_taken_off_for_a_reason_and_the_form_is_put_away_again(
    agents: Chromium,
) -> None:
    page = await agents.page(language="en-US")
    await agents.sign_in(page, "agent3")
    await page.goto("/customers/1")
    form, summary = page.locator("details.unmask"), page.locator("details.unmask summary")
    await expect(summary).to_be_visible()
    await page.keyboard.press("F7")
    await expect(form.locator("select")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(summary).to_be_focused()
    await expect(form.locator("select")).to_be_hidden()
    await expect(page.locator("#pop")).to_contain_text("138****8001")
    await page.keyboard.press("F7")
    await expect(form.locator("select")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("asked for it")
    await page.keyboard.press("Enter")
    await expect(page.locator("#pop")).to_contain_text("13800138001")
    assert agents.complaints == []


async def test_an_export_is_decided_by_a_button_and_never_by_enter_in_the_note(
    agents: Chromium, instance: Instance
) -> None:
    row = DataExport(
        number="EX-900001", what="customers", rows=4000, reason="audit", state=WAITING,
        asked_by="somebody", asked_at=now(), expires_at=now() + timedelta(hours=1),
    )  # fmt: skip
    async with instance.database.unit_of_work() as session:
        session.add(row)
    page = await agents.page(language="en-US")
    await agents.sign_in(page, "leader")
    await page.goto("/exports")
    line = page.locator("tbody tr", has_text="EX-900001")
    note = line.locator("[name=note]")
    await expect(note).to_be_visible()
    await page.keyboard.press("j")
    await expect(note).to_be_focused()
    await page.keyboard.type("too many rows")
    await page.keyboard.press("Enter")
    await expect(note).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(line.get_by_role("button", name="Approve")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(line).to_contain_text("too many rows")
    async with instance.database.reading() as session:
        decided = await session.get_one(DataExport, row.id)
        assert (decided.state, decided.note) == (REFUSED, "too many rows")
    assert agents.complaints == []


async def test_what_is_known_is_looked_up_beside_the_talk_and_left_again(agents: Chromium) -> None:
    page = await agents.page()
    await agents.sign_in(page, "agent3")
    await page.wait_for_selector("body[data-started=true]")
    search, answers = page.locator("#knowledge-query"), page.locator("#knowledge-answers summary")
    await page.keyboard.press("Alt+e")
    await expect(search).to_be_focused()
    await page.keyboard.type("发票")
    await page.keyboard.press("Enter")
    await expect(answers.first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(answers.first).to_be_focused()
    opened = page.locator("#knowledge-answers details").first
    await expect(opened).to_have_attribute("open", "")
    await page.keyboard.press("Enter")
    await expect(opened).not_to_have_attribute("open", "")
    await page.keyboard.press("Escape")
    await expect(search).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(search).not_to_be_focused()
    await expect(search).to_have_value("")
    assert agents.complaints == []


async def test_what_an_act_needs_is_asked_for_before_anything_is_sent(agents: Chromium) -> None:
    page = await agents.page(language="en-US")
    await agents.sign_in(page, "dispatcher")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.goto("/work-orders")
    await page.click("main a[href^='/work-orders/2']")
    note, to = page.locator("[name=note]"), page.locator("[name=to]")
    await expect(note).to_be_visible()
    await page.keyboard.press("h")
    await expect(note).to_be_focused()
    await page.keyboard.type("ill")
    await page.keyboard.press("Escape")
    await page.keyboard.press("h")
    await expect(to).to_be_focused()
    await expect(note).to_have_value("ill")
    assert set(sent) == {"GET"}
    assert agents.complaints == []
