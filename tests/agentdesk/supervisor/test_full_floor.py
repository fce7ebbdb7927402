"""Board and wall with nobody, one and a hundred agents: everything is there to be read."""

from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect

from agentdesk.app import create_app
from crm.alerts.models import Alert
from crm.callbacks import service as callbacks
from crm.catalog import service as catalog
from crm.customers.models import Customer
from crm.staff.models import User, UserQueue
from ivr.plan import install as install_ivr
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import CallerIdentified, CallOffered, QueueEntered
from mainline.journal.floor_events import AgentPaused, AgentReady, AgentSignedIn
from mainline.journal.talk_events import AgentAnswered, AgentOffered
from tests.agentdesk.supervisor.conftest import FakeCredentials, FakeSwitchboard, ago, tell
from tests.support.browsing import chromium, served, signed_in, window
from tests.support.looking import serious

pytestmark = pytest.mark.browser
NAMES: Final = ("李娜", "欧阳晓彤", "王芳", "Alexandra Zhang-Petrova", "张伟", "刘洋")
QUEUES: Final = ("service", "repair", "billing", "emergency")
MANY: Final = 100
WAITING: Final = 30


def number(place: int) -> str:
    return str(8001 + place)


def called(key: str, queue: str, since_s: float) -> list[Event]:
    call = {"subject": f"call:{key}"}
    return [
        CallOffered(**call, at=ago(since_s + 40), ani=f"138{key[2:10]}", dnis="96777"),
        CallerIdentified(**call, at=ago(since_s + 40), how="ani", customer_id=5),
        QueueEntered(**call, at=ago(since_s), queue=queue, priority=10),
    ]


def day_of(place: int) -> Iterator[Event]:
    """What one agent does: every state occurs, some for hours."""
    agent = {"subject": f"agent:{number(place)}"}
    yield AgentSignedIn(**agent, at=ago(9000))
    yield AgentReady(**agent, at=ago(8000 - place))
    if place % 3 == 1:
        key, queue = f"ml{place:08}-1.1", QUEUES[place % len(QUEUES)]
        yield from called(key, queue, 900 + place)
        told = {"subject": f"call:{key}", "agent": number(place), "queue": queue}
        yield AgentOffered(**told, at=ago(899 + place))
        if place % 2:
            yield AgentAnswered(**told, at=ago(890 + place))
    elif place % 7 == 0:
        yield AgentPaused(**agent, at=ago(7300), reason="meal")


async def people(database: Database, agents: int) -> None:
    """Staff of that size, and what it needs to be shown."""
    async with database.unit_of_work() as session:
        session.add(Customer(id=5, name="沈阳市第四人民医院", customer_class="vip"))
        for place in range(agents):
            user = User(
                login=f"u{place}",
                name=NAMES[place % len(NAMES)],
                password_hash="x",
                roles=["agent"],
                agent_number=number(place),
            )
            session.add(user)
            await session.flush()
            session.add(UserQueue(user_id=user.id, queue=QUEUES[place % len(QUEUES)]))


async def rush(database: Database, agents: int) -> None:
    """A full floor has many waiting, promises, and alerts."""
    await tell(database, *(event for place in range(agents) for event in day_of(place)))
    if agents < MANY:
        return
    waiting = [called(f"ml{place:08}-2.1", "repair", 3 * place) for place in range(WAITING)]
    await tell(database, *(event for caller in waiting for event in caller))
    async with database.unit_of_work() as session:
        for place in range(WAITING):
            promised = {"number": f"139123456{place:02}", "queue": QUEUES[place % 3]}
            await callbacks.ask(session, **promised, source="queue", since=ago(60 * place))
        for queue in QUEUES:
            session.add(
                Alert(
                    measure="longest-wait", subject=f"queue:{queue}", level="bad", value=734,
                    limit=90, raised_at=ago(540), changed_at=ago(540),
                )
            )  # fmt: skip


async def _nothing() -> None:
    return


@pytest.fixture(params=[0, 1, MANY])
async def floor_of(
    request: pytest.FixtureRequest, settings: Settings, sqlite_database: Database
) -> AsyncIterator[tuple[int, str, Browser]]:
    """So many agents, where the web is, and a browser."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await install_ivr(session, settings.pack_dir)
    await people(sqlite_database, request.param)
    await rush(sqlite_database, request.param)
    telephony: Any = SimpleNamespace(
        switchboard=FakeSwitchboard(), ari=FakeCredentials(), start=_nothing, stop=_nothing
    )
    app = create_app(settings, sqlite_database, telephony)
    signed_in(app, "leader", name="zhao", number="8100")
    async with served(settings, app) as base, chromium() as browser:
        yield request.param, base, browser


CUT = """
() => [...document.querySelectorAll("b, span, td, th, li, h2, p, i, button, a, time")]
  .filter((each) => each.offsetParent && each.textContent.trim())
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .filter((each) => getComputedStyle(each).display !== "inline")
  .filter((each) => getComputedStyle(each).textOverflow !== "ellipsis")
  .map((each) => each.outerHTML.slice(0, 120))
"""
"""What is wider than its place and not meant to end in dots."""
OUTSIDE = """
() => [...document.querySelectorAll(".person, .tile, .queues tr, .wall footer *, .wall-alerts li")]
  .filter((each) => each.offsetParent)
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const places = [innerHeight];
    for (let up = each.parentElement; up; up = up.parentElement) {
      const hides = getComputedStyle(up).overflowY === "hidden";
      if (hides) places.push(up.getBoundingClientRect().bottom);
    }
    return box.bottom > Math.min(...places) + 1 || box.right > innerWidth + 1;
  })
  .map((each) => each.textContent.trim().slice(0, 60))
"""
"""What hangs out of the screen, or of a part of it that shows no more."""


WIDER = "document.documentElement.scrollWidth - innerWidth"
VIEWS: Final = [
    (language, width, height)
    for language in ("zh", "en")
    for width, height in ((1366, 768), (1920, 1080))
]


async def drawn(page: Page, address: str, agents: int) -> None:
    """The page, with everybody on it."""
    await page.goto(address)
    await expect(page.locator("[data-link]")).to_have_class("light good")
    shown = '[data-rows="people"] .person, [data-rows="agents"] tr'
    await expect(page.locator(shown)).to_have_count(agents)


async def test_board_and_wall_show_everybody_and_cut_nothing_in_any_language_and_size(
    floor_of: tuple[int, str, Browser],
) -> None:
    agents, base, browser = floor_of
    for language, width, height in VIEWS:
        async with window(browser, language=language, width=width, height=height) as opened:
            for address in ("/board", "/board/wall"):
                await drawn(opened.page, base + address, agents)
                assert await opened.page.evaluate(CUT) == [], (address, language, width)
                assert await opened.page.evaluate(OUTSIDE) == [], (address, language, width)
                assert await opened.page.evaluate(WIDER) == 0
                if width == VIEWS[0][1]:
                    assert await serious(opened.page) == [], (address, language)
            nobody = opened.page.locator('[data-none="people"]')
            assert await nobody.is_visible() == (agents == 0)
            assert opened.complaints == []
