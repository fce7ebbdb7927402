"""A real browser in front of the whole web application, on a port of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from agentdesk.app import server
from mainline.config import Settings
from mainline.web import Principal

CHROMIUM = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@asynccontextmanager
async def served(settings: Settings, app: FastAPI) -> AsyncIterator[str]:
    """The application answers at this address until the block ends."""
    running = server(settings, app)
    task = asyncio.create_task(running.serve())
    try:
        async with asyncio.timeout(60):
            while not running.started:
                await asyncio.sleep(0.02)
        yield f"http://localhost:{settings.http_port}"
    finally:
        running.should_exit = True
        await task


def signed_in(app: FastAPI, *roles: str, name: str = "zhou", number: str | None = None) -> None:
    """Whoever looks is this person; signing in has tests of its own."""
    who = Principal(7, name, frozenset(roles), agent_number=number, session_id="s7")

    async def authenticate(_request: Request) -> Principal:
        return who

    app.state.authenticate = authenticate


class Window:
    """One page, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM)
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(
    browser: Browser, *, language: str = "en", width: int = 1366, height: int = 768
) -> AsyncIterator[Window]:
    """A fresh window in that language."""
    context: BrowserContext = await browser.new_context(
        locale="zh-CN" if language == "zh" else "en-US",
        viewport={"width": width, "height": height},
        permissions=["microphone"],
    )
    context.set_default_timeout(60_000)
    try:
        yield Window(await context.new_page())
    finally:
        with suppress(Exception):
            await context.close()
