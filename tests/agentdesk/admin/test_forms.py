"""Types of orders edited as forms: checked, compared, published; open orders keep theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from agentdesk.admin import definitions as texts
from agentdesk.admin import forms
from agentdesk.admin.comparing import Change, compared
from agentdesk.app import create_app
from crm.catalog import service as catalog
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.work_orders.service import open_work_order, type_of
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.conftest import Telephony
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.pages import Pages, pages

BASE = "/admin/forms/work_order_types/company"


@asynccontextmanager
async def seen_by_an_admin(town: Database, settings: Settings) -> AsyncIterator[tuple[str, Window]]:
    """The application's address, and a window on it in Chinese."""
    app = create_app(settings, town, Telephony())
    signed_in(app, "admin", name="chen")
    async with (
        served(settings, app) as base,
        chromium() as browser,
        window(browser, language="zh") as opened,
    ):
        yield base, opened


@pytest.fixture
async def town(sqlite_database: Database, settings: Settings) -> Database:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
    return sqlite_database


@pytest.fixture
async def admin(town: Database, settings: Settings) -> AsyncIterator[Pages]:
    routers = [forms.router, texts.router]
    async with pages(settings, town, routers, "admin") as opened:
        yield opened


async def body(database: Database) -> Any:
    async with database.reading() as session:
        return (await definitions.current(session, WORK_ORDER_TYPES.name, "company")).source


async def test_what_is_edited_is_checked_previewed_and_compared_and_nothing_is_kept(
    admin: Pages, town: Database
) -> None:
    page = await admin.get(BASE)
    assert page.status_code == 200
    assert '"WorkOrderType"' in page.text
    source = await body(town)
    source["types"][0]["team"] = "nobody"
    source["types"][0]["respond_minutes"] = 30
    shown = (await admin.send(f"{BASE}/look", {"body": source, "part": "no_heat"})).json()
    assert shown["errors"] == 1
    assert "There is no such team." in shown["problems"]
    assert 'data-go="no_heat"' in shown["problems"]
    assert "types/no_heat/respond_minutes" in shown["changes"]
    assert "<del>60</del> <ins>30</ins>" in shown["changes"]
    assert "No heating" in shown["preview"]
    assert 'name="preview.room_temperature"' in shown["preview"]
    async with town.reading() as session:
        assert len(await definitions.history(session, WORK_ORDER_TYPES.name, "company")) == 1


async def test_a_body_that_is_no_definition_is_told_so_and_breaks_nothing(admin: Pages) -> None:
    for wrong in ({}, {"types": 5}, {"types": [{"code": "x"}], "flows": []}):
        shown = await admin.send(f"{BASE}/look", {"body": wrong, "part": "x"})
        assert shown.status_code == 200
        assert shown.json()["errors"] > 0
        assert shown.json()["preview"] == ""
    assert (await admin.send("/admin/forms/nothing/company/look", {"body": {}})).status_code == 404


async def test_who_writes_over_another_version_is_told_and_who_may_not_edit_cannot(
    admin: Pages, town: Database
) -> None:
    source = await body(town)
    kept = {"body": source, "why": "first", "after": 1}
    assert (await admin.send(f"{BASE}/draft", kept)).json() == {"version": 2}
    again = await admin.send(f"{BASE}/draft", kept)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "edited-meanwhile")
    admin.sign_in("leader")
    assert (await admin.get(BASE)).status_code == 200
    assert (await admin.send(f"{BASE}/draft", {**kept, "after": 2})).status_code == 403
    admin.sign_in("agent")
    assert (await admin.get(BASE)).status_code == 403


def test_versions_are_compared_part_by_part_wherever_a_part_stands() -> None:
    old = {"types": [{"code": "a", "n": 1}, {"code": "b", "n": 1}], "teams": {"x": 1}}
    new = {"types": [{"code": "b", "n": 2}, {"code": "c", "n": 1}], "teams": {"x": 1}}
    assert compared(old, new) == [
        Change("changed", "types/b/n", "1", "2"),
        Change("added", "types/c", "", "{'code': 'c', 'n': 1}"),
        Change("removed", "types/a", "{'code': 'a', 'n': 1}", ""),
    ]
    assert compared(old, old) == []
    swapped = {"types": [*reversed(old["types"])], "teams": {"x": 1}}
    assert compared(old, swapped) == [Change("changed", "types", "a, b", "b, a")]


@pytest.mark.browser
async def test_a_type_is_changed_published_and_put_back_by_keyboard_alone(
    town: Database, settings: Settings
) -> None:
    async with town.unit_of_work() as session:
        before = await open_work_order(
            session, type_code="enquiry", key="k", by="a", source="desk", fields={"subject": "?"}
        )
    codes = [each["code"] for each in (await body(town))["types"]]
    place = codes.index("enquiry")
    async with seen_by_an_admin(town, settings) as (base, opened):
        page = opened.page
        await page.goto(f"{base}{BASE}")
        problems = page.locator("[data-problems]")
        await expect(problems.locator(".notice.good")).to_have_count(1)
        await page.locator("[data-part='types/0']").focus()
        for _ in range(place):
            await page.keyboard.press("ArrowDown")
        part = f"types/{place}"
        await expect(page.locator(f"[data-part='{part}'][aria-current=true]")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.focus(f"[data-path='{part}/respond_minutes']")
        await page.keyboard.press("Control+a")
        await page.keyboard.type("99999")
        await expect(problems.locator(".notice.bad")).to_contain_text("办结时限早于响应时限")
        await expect(page.locator(f"[data-part='{part}'].wrong")).to_have_count(1)
        await page.keyboard.press("Control+a")
        await page.keyboard.type("90")
        await expect(problems.locator(".notice.good")).to_have_count(1)
        await expect(page.locator("[data-changes]")).to_contain_text(
            "types/enquiry/respond_minutes"
        )
        await page.keyboard.press("Control+s")
        await page.wait_for_url("**?version=2")
        await page.fill("#versions form[action$=publish] [name=why]", "faster")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1 .tag.good")).to_have_count(1)
        async with town.reading() as session:
            types = await catalog.work_order_types(session)
            assert (types.version, types.body.type("enquiry").respond_minutes) == (2, 90)
            assert (await type_of(session, before)).respond_minutes == 450
        await _put_the_first_back(page)
        assert opened.complaints == []
    async with town.reading() as session:
        types = await catalog.work_order_types(session)
        assert (types.version, types.body.type("enquiry").respond_minutes) == (3, 450)


async def _put_the_first_back(page: Page) -> None:
    """V to the versions, the first is opened; P to the reason, and it is in force again."""
    versions = page.locator("[data-versions] a")
    await page.keyboard.press("v")
    await expect(versions.first).to_be_focused()
    await page.keyboard.press("v")
    await expect(versions.last).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**?version=1")
    await page.keyboard.press("p")
    await expect(page.locator("[data-into-force] [name=why]")).to_be_focused()
    await page.keyboard.type("too fast")
    await page.keyboard.press("Enter")
    await expect(versions).to_have_count(3)
    await expect(page.locator("h1 .tag.good")).to_have_count(1)


@pytest.mark.browser
async def test_a_key_pressed_while_the_page_is_still_coming_counts_once(
    town: Database, settings: Settings
) -> None:
    kind, name = WORK_ORDER_TYPES.name, "company"
    async with town.unit_of_work() as session:
        await definitions.draft(session, kind, name, await body(town), author="chen")
    async with seen_by_an_admin(town, settings) as (base, opened):
        page, pressed = opened.page, asyncio.Event()

        async def late(route: Route) -> None:
            await pressed.wait()
            await route.continue_()

        await page.route("**/static/admin/forms.js*", late)
        await page.goto(f"{base}{BASE}", wait_until="commit")
        versions = page.locator("[data-versions] a")
        await expect(versions).to_have_count(2)
        await page.keyboard.press("v")
        await expect(page.locator("[data-versions] a:focus")).to_have_count(0)
        pressed.set()
        await expect(versions.first).to_be_focused()
        assert opened.complaints == []
