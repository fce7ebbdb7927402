"""The desk with nobody, with one and with many of everything: it fits, and can be read by all."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.app import create_app
from crm.interactions.models import Interaction
from crm.staff.models import AgentState, User
from crm.work_orders import service
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.call_events import CallEnded, CallerIdentified, CallOffered
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall
from tests.agentdesk.conftest import Telephony
from tests.crm.town import customer, place, premise
from tests.support.browsing import chromium, served, signed_in, window
from tests.support.looking import beyond, cut_off, serious

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("far_from_midnight")]
CALL: Final = "ml0123abcd-1795000000.5"
LONG: Final = "家里没有暖气，楼道里也漏水，老人和孩子都在，请尽快派人来看看 " * 4
VIEWS: Final = [
    (language, width, height)
    for language in ("zh", "en")
    for width, height in ((1366, 768), (1920, 1080))
]


async def fill(session: AsyncSession, settings: Settings, many: int) -> None:
    """A caller with so many of everything, whose call is over and waits for its notes."""
    node = await place(session, "浑南区", "河畔街")
    homes = {
        f"10{i:04}": await premise(session, node, f"河畔街{i}号院8-1-301") for i in range(many)
    }
    phones = [f"1380000{8000 + i}" for i in range(min(many, 8))]
    who = await customer(session, "欧阳晓彤", *phones, accounts=homes)
    for i in range(many):
        await service.open_work_order(
            session, type_code="noise", key=f"n{i}", by="8001", source="ivr", customer_id=who.id,
            account_id=1 + i, summary=LONG, zone=settings.zone,
        )  # fmt: skip
        session.add(call(f"ml{i:08}-1.{i}", who.id, minutes=i))
    session.add(call(CALL, who.id, minutes=0))
    told = {"subject": f"call:{CALL}", "at": now()}
    await append_all(
        session,
        [
            CallOffered(**told, ani=phones[0], dnis="96777"),
            CallerIdentified(**told, how="ani", customer_id=who.id),
            AgentAnswered(**told, agent="8001", queue="repair"),
        ],
    )
    row = AgentState(number="8001", state="wrapup", word="ready", since=now(), fact_at=now())
    row.call_id, row.station = CALL, "phone"
    session.add(row)


def call(key: str, customer_id: int, minutes: int) -> Interaction:
    at = now() - timedelta(minutes=minutes)
    return Interaction(
        id=key, ani="13800008000", ani_tail="8000", dnis="96777", began_at=at, answered_at=at,
        ended_at=at, customer_id=customer_id, agent="8001", queue="repair", outcome="answered",
        reason="no_heat", menu_path=[], keys=[], flows=[],
    )  # fmt: skip


@pytest.fixture(params=[0, 1, 40])
async def desk_of(
    request: pytest.FixtureRequest, company: Database, settings: Settings
) -> AsyncIterator[tuple[int, str, Browser]]:
    many: int = request.param
    async with company.unit_of_work() as session:
        await session.execute(
            update(User).where(User.login == "agent1").values(station="phone")
        )  # a telephone on the desk: nothing here has to be registered
        if many:
            await fill(session, settings, many)
    app = create_app(settings, company, Telephony())
    signed_in(app, "agent", name="李娜", number="8001")
    async with served(settings, app) as base, chromium() as browser:
        yield many, base, browser


async def drawn(page: Page, address: str, many: int) -> None:
    """The desk, with all that it has to show."""
    await page.goto(address)
    await page.wait_for_selector("body[data-started=true]")
    await expect(page.locator("#history tr")).to_have_count(many and many + 1)
    await expect(page.locator("#pop [data-title]")).to_have_count(1 if many else 0)


async def test_the_desk_fits_and_can_be_read_with_nothing_one_and_many_in_any_language_and_size(
    desk_of: tuple[int, str, Browser],
) -> None:
    many, base, browser = desk_of
    for language, width, height in VIEWS:
        async with window(browser, language=language, width=width, height=height) as opened:
            await drawn(opened.page, f"{base}/desk", many)
            assert await beyond(opened.page) == (0, 0), (language, width)
            assert await cut_off(opened.page) == [], (language, width)
            if width == VIEWS[0][1]:
                assert await serious(opened.page) == [], language
            assert opened.complaints == []


@pytest.mark.parametrize("desk_of", [0], indirect=True)
async def test_what_happens_together_at_the_end_of_a_call_is_asked_for_once(
    desk_of: tuple[int, str, Browser], company: Database
) -> None:
    _many, base, browser = desk_of
    asked: list[str] = []
    async with window(browser) as opened:
        await drawn(opened.page, f"{base}/desk", 0)
        await expect(opened.page.locator("#counts")).not_to_be_empty()
        opened.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        told = {"subject": f"call:{CALL}", "at": now()}
        async with company.unit_of_work() as session:
            session.add(call(CALL, 1, minutes=0))
            await append_all(session, [AgentLeftCall(**told, agent="8001"), CallEnded(**told)])
        await expect(opened.page.locator("#history tr")).to_have_count(1)
    assert [path for path in asked if path in {"/desk/state", "/desk/calls"}] == [
        "/desk/state", "/desk/calls"
    ]  # fmt: skip
