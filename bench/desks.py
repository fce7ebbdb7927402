"""Agents with real browsers: pages that answer, talk, hang up, and tell when the pop was drawn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page, async_playwright
from playwright.async_api import TimeoutError as Vain
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.service import add_user
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
READY_S = 30_000
RINGS_S = 1_000


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
        working = [asyncio.create_task(_work(page, talk_s)) for page in opened.pages.values()]
        try:
            yield opened
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await browser.close()


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


async def _work(page: Page, talk_s: float) -> None:
    """By keyboard, as people do; wrap-up ends by itself."""
    while True:
        try:
            await page.wait_for_selector(".line.ringing", timeout=RINGS_S)
            await page.keyboard.press("F2")
            await page.wait_for_selector(".line.talking", timeout=RINGS_S)
        except Vain:
            continue  # nothing rang, or the caller was quicker
        await asyncio.sleep(talk_s)
        await page.keyboard.press("F4")
