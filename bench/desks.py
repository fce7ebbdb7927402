"""Agents with real browsers: pages that answer, talk, hang up, and tell when the pop was drawn."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.service import add_user
from mainline.process.priority import SCREENS, put_first
from tests.calls.instance import Instance

PASSWORD = "bench-desk-password"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
DRAWN = """() => performance.getEntriesByName("pop-drawn").map(
    (mark) => [mark.detail, performance.timeOrigin + mark.startTime])"""
WORK = """(talkMs) => {
    const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
    const talks = new Set();
    new MutationObserver(() => {
        if (document.querySelector(".line.ringing")) press("F2");
        const { key } = document.querySelector(".line.talking")?.dataset ?? {};
        if (!key || talks.has(key)) return;
        talks.add(key);
        setTimeout(() => press("F4"), talkMs);
    }).observe(document.getElementById("lines"), { childList: true });
}"""
"""By keyboard, as people do; wrap-up ends by itself. What works in the page sees what it shows
at once: looked at from outside, each look waits for a picture, which a full machine draws late."""
READY_S = 30_000


async def employ(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Agents of the queue ``service`` who telephone in the browser."""
    for number in numbers:
        await add_user(
            session, login=f"desk{number}", name=f"Desk {number}", password=PASSWORD,
            roles=["agent"], agent_number=number, queues={"service": 0},
        )  # fmt: skip


@dataclass
class Desks:
    """The open pages; each takes calls until they are closed."""

    pages: dict[str, Page] = field(default_factory=dict)

    async def pops(self) -> dict[tuple[str, str], float]:
        """When each pop was first drawn: agent and call → milliseconds of the clock."""
        found: dict[tuple[str, str], float] = {}
        for number, page in self.pages.items():
            drawn: list[list[Any]] = await page.evaluate(DRAWN)
            for call, at in drawn:
                found.setdefault((number, str(call)), float(at))
        return found


@asynccontextmanager
async def desks(instance: Instance, numbers: Sequence[str], talk_s: float) -> AsyncIterator[Desks]:
    """Everybody is signed in and ready, and answers what rings."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        opened = Desks()
        for number in numbers:
            base = f"http://localhost:{instance.settings.http_port}"
            context = await browser.new_context(base_url=base, permissions=["microphone"])
            opened.pages[number] = await _ready(await context.new_page(), number)
        for page in opened.pages.values():
            await page.evaluate(WORK, talk_s * 1000)
        await _put_first(browser)
        yield opened
        await browser.close()


async def _put_first(browser: Browser) -> None:
    """People's screens stand on their own desks; here they go with what serves them."""
    asking = await browser.new_browser_cdp_session()
    for process in (await asking.send("SystemInfo.getProcessInfo"))["processInfo"]:
        for thread in Path(f"/proc/{process['id']}/task").iterdir():
            put_first(int(thread.name), SCREENS)


async def _ready(page: Page, number: str) -> Page:
    page.set_default_timeout(READY_S)
    await page.goto("/sign-in")
    await page.fill("[name=login]", f"desk{number}")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    await page.goto("/desk")
    await page.wait_for_selector("body[data-started=true]")
    await page.keyboard.press("Alt+r")
    await page.wait_for_selector("#state[data-state=ready]")
    return page
