"""The map, the evidence, the leader's decision."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from agentdesk.app import create_app
from agentdesk.outages.curve import BARS_MAX, HEIGHT, bars, span
from agentdesk.outages.picture import picture, read_town
from crm.outages.models import Outage
from crm.sense.models import OutageCandidate
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import entries_after
from tests.agentdesk.outages.conftest import burst, people
from tests.support.browsing import chromium, served, signed_in, window
from tests.support.pages import Pages

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


async def town_of(database: Database) -> dict[str, Any]:
    async with database.reading() as session:
        return picture(await read_town(session))


def states(town: dict[str, Any]) -> dict[str, str]:
    return {area["code"]: area["state"] for area in town["areas"] if area["state"] != "normal"}


async def test_every_area_shows_the_most_urgent_of_what_is_known_there(
    town: Database, settings: Settings
) -> None:
    quiet = {"s-guangming-1": "outage", "s-guangming-2": "outage", "s-yinhe": "planned"}
    assert states(await town_of(town)) == quiet
    await burst(town, settings)
    assert states(await town_of(town)) == {**quiet, "s-xingfu": "suspected"}
    await burst(town, settings, "s-guangming-1")
    found = await town_of(town)
    assert states(found) == {**quiet, "s-xingfu": "suspected"}
    areas = {area["code"]: area for area in found["areas"]}
    assert (areas["s-xingfu"]["callers"], areas["s-xingfu"]["waiting"]) == (6, 6)
    assert areas["s-tiexi"]["waiting"] == 0


async def test_two_stations_that_fail_together_are_both_found(
    town: Database, settings: Settings
) -> None:
    for station in ("s-xingfu", "s-tiexi"):
        await burst(town, settings, station)
    assert [one["callers"] for one in (await town_of(town))["suspected"]] == [6, 6]


async def test_the_evidence_says_who_called_from_where_against_what_is_normal(
    leader: Pages, town: Database, settings: Settings
) -> None:
    await burst(town, settings)
    page = (await leader.get("/outages/suspected/1")).text
    callers = {one[2] for one in await people(town)}
    assert sum(number in page for number in callers) == 6
    assert page.count("Xingfu Garden") == 6
    assert "The heating is off in the area of the Xingfu heat-exchange station" in page
    assert page.count("<rect") >= len(bars([], *span(NINE, NINE))) == 15
    assert (await leader.get("/outages/suspected/99")).status_code == 404


async def test_a_leader_confirms_once_and_ends_it(
    leader: Pages, town: Database, settings: Settings
) -> None:
    await burst(town, settings)
    confirm = "/outages/suspected/1/confirm"
    assert (await leader.post(confirm, {"hours": "4"})).status_code == 303
    assert (await leader.post(confirm, {"hours": "4"})).status_code == 409
    async with town.reading() as session:
        candidate = await session.get_one(OutageCandidate, 1)
        outage = await session.get_one(Outage, candidate.outage_id)
    assert (candidate.state, candidate.decided_by, outage.status) == (
        "confirmed",
        "zhao",
        "running",
    )
    assert states(await town_of(town))["s-xingfu"] == "outage"
    page = (await leader.get("/outages/suspected/1")).text
    assert "/confirm" not in page
    assert "Confirmed" in page
    assert (await leader.post(f"/outages/{outage.id}/end")).status_code == 303
    assert "s-xingfu" not in states(await town_of(town))
    async with town.reading() as session:
        facts = [e.event for e in await entries_after(session, 0) if e.event.kind[:7] == "outage."]
    assert [(fact.kind, getattr(fact, "by", "")) for fact in facts] == [
        ("outage.suspected", ""),
        ("outage.confirmed", "zhao"),
        ("outage.ended", "zhao"),
    ]


@pytest.mark.parametrize("role", ["agent", "quality", "dispatcher", "field"])
async def test_who_may_not_see_the_board_sees_no_map_and_decides_nothing(
    leader: Pages, town: Database, settings: Settings, role: str
) -> None:
    await burst(town, settings)
    leader.sign_in(role)
    for path in ("/outages", "/outages/picture", "/outages/suspected/1"):
        assert (await leader.get(path)).status_code == 403
    for path in ("suspected/1/confirm", "suspected/1/reject", "1/end"):
        assert (await leader.post(f"/outages/{path}")).status_code == 403
    async with town.reading() as session:
        assert (await session.scalars(select(OutageCandidate.state))).all() == ["open"]


def test_the_bars_are_as_high_as_they_are_many() -> None:
    since, until = span(NINE, NINE + timedelta(minutes=5))
    assert since == NINE - timedelta(minutes=30)
    drawn = bars([NINE, NINE + timedelta(seconds=30), NINE + timedelta(minutes=4)], since, until)
    assert [bar.calls for bar in drawn] == [0] * 15 + [2, 0, 1]
    assert [bar.height for bar in drawn[15:]] == [HEIGHT, 0, HEIGHT // 2]
    assert [bar.y for bar in drawn[15:]] == [0, HEIGHT, HEIGHT // 2]
    late = span(NINE, NINE + timedelta(days=3))
    assert len(bars([NINE + timedelta(days=2)], *late)) == BARS_MAX


async def _nothing() -> None:
    return


@pytest.mark.browser
async def test_the_map_follows_what_happens_and_a_leader_decides_by_keyboard(
    town: Database, settings: Settings
) -> None:
    telephony: Any = SimpleNamespace(switchboard=None, ari=None, start=_nothing, stop=_nothing)
    app = create_app(settings, town, telephony)
    signed_in(app, "leader", name="zhao", number="8100")
    async with (
        served(settings, app) as base,
        chromium() as browser,
        window(browser) as opened,
        window(browser, width=1920, height=1080) as wall,
        window(browser) as board,
    ):
        page = opened.page
        await page.goto(f"{base}/outages")
        await expect(page.locator("[data-link]")).to_have_class("light good")
        await expect(page.locator(".supply.suspected")).to_have_count(0)
        await wall.page.goto(f"{base}/board/wall")
        await expect(wall.page.locator("[data-town] li")).to_have_count(1)
        await board.page.goto(f"{base}/board")
        await expect(board.page.locator("[data-outages] li")).to_have_count(1)
        await burst(town, settings)
        await expect(board.page.locator("[data-outages] li.warn")).to_contain_text("6 callers")
        await expect(board.page.locator("[data-outages] a")).to_have_attribute("href", "/outages")
        await expect(page.locator(".supply.suspected .count")).to_have_text("? 6")
        await expect(page.locator(".supply.suspected .dot")).to_have_count(6)
        row = page.locator('[data-rows="areas"] tr', has_text="Xingfu heat-exchange station")
        await expect(row.locator(".tag")).to_have_text("suspected outage")
        await expect(wall.page.locator("[data-town] li.warn")).to_contain_text("6 callers")
        fits = "document.documentElement.scrollHeight <= innerHeight"
        assert await wall.page.evaluate(fits)
        await page.locator('[data-list="suspected"] a').focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Confirm the outage").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1 .tag")).to_have_text("Confirmed")
        await expect(wall.page.locator("[data-town] li.bad")).to_have_count(2)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 1366
        assert opened.complaints + wall.complaints + board.complaints == []
