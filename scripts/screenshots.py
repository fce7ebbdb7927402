"""``make screenshots``: the README's pictures, taken from a running system with real calls.

Starts an instance of its own on free ports, lets demo callers call, and photographs what an agent,
a leader, quality staff and the administrator see, in both languages.
"""

import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from mainline.config import PROJECT, Settings
from mainline.process.program import environment, mainline_command
from mainline.process.welcome import DEMO_PASSWORD, address
from tests.support.ports import free_port, free_ports

IMAGES: Final = PROJECT / "docs" / "images"
LANGUAGES: Final = {"zh": "zh_CN", "en": "en"}
CHROMIUM: Final = "/usr/bin/chromium"
MICROPHONE: Final = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
UP_S: Final = 300
KNOWN_CALLER: Final = "13800138001"
TALKING: Final = ("13700000000", "13800138007")
WAITING: Final = ("13800138005", "13800138003", "13800138009")


def instance(home: Path) -> Settings:
    """Settings that disturb nobody."""
    rtp = free_ports(200)
    return Settings(
        home=home,
        http_port=free_port(),
        sip_port=free_port(),
        agi_port=free_port(),
        ami_port=free_port(),
        asterisk_http_port=free_port(),
        rtp_port_start=rtp,
        rtp_port_end=rtp + 199,
        wrapup_s=5,
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """``mainline up``, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *mainline_command("up"),
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(UP_S):
            while process.stdout and b"Ctrl-C" not in await process.stdout.readline():
                pass
        yield
    finally:
        process.terminate()
        await process.communicate()


@asynccontextmanager
async def calling(
    settings: Settings, caller: str, keys: str, *, seconds: int = 180
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A demo caller on the line, until the block ends."""
    words = ["call", "--from", caller, "--keys", keys, "--seconds", str(seconds)]
    words += ["--speech", str(_voice(settings))]
    process = await asyncio.create_subprocess_exec(
        *mainline_command(*words), env=environment(settings), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)  # hangs up first
        await process.wait()


def _voice(settings: Settings) -> Path:
    """Something to say: the longest prompt there is."""
    return max((settings.sounds_dir / "cache").rglob("*.wav"), key=lambda file: file.stat().st_size)


class Photographer:
    """One browser; a page for each who looks."""

    def __init__(self, browser: Browser, settings: Settings) -> None:
        self._browser, self._base = browser, address(settings).rstrip("/")

    async def page(self, login: str) -> Page:
        """Somebody's own window, signed in."""
        context = await self._browser.new_context(
            viewport={"width": 1440, "height": 900}, permissions=["microphone"]
        )
        page = await context.new_page()
        await page.goto(f"{self._base}/sign-in")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", DEMO_PASSWORD)
        await page.click("button.primary")
        await page.wait_for_url(re.compile(r"^(?!.*sign-in)"))
        return page

    async def go(self, page: Page, path: str) -> None:
        """To that page."""
        await page.goto(self._base + path)

    async def speak(self, page: Page, language: str) -> None:
        """Change the language of that window."""
        form = {"language": LANGUAGES[language], "next": "/"}
        await page.request.post(f"{self._base}/language", form=form, headers={"Origin": self._base})

    async def take(self, page: Page, name: str, language: str) -> None:
        """Press the button."""
        await page.wait_for_timeout(700)  # fonts and the last animation
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGES / f"{name}-{language}.png")
        sys.stdout.write(f"· docs/images/{name}-{language}.png\n")


async def ready(photographer: Photographer, page: Page) -> None:
    """The agent checks the telephone and is ready."""
    await photographer.go(page, "/desk")
    await page.wait_for_selector("body[data-started=true]")
    if await page.get_attribute("#state", "data-state") != "ready":
        await page.click("#ready")
    await page.wait_for_selector("#state[data-state=ready]", timeout=60_000)


async def answering(page: Page) -> None:
    """Take the next call that rings here."""
    await page.wait_for_selector("body.ringing", timeout=120_000)
    await page.click("#answer")


async def floor(photographer: Photographer, settings: Settings) -> None:
    """A pop while it rings; then board and wall while three agents talk and three callers wait."""
    agents = [await photographer.page(f"agent{number}") for number in (1, 2, 3)]
    leader = await photographer.page("leader")
    first, *others = agents
    for language in LANGUAGES:
        for page in (*agents, leader):
            await photographer.speak(page, language)
        await ready(photographer, first)
        async with AsyncExitStack() as callers:
            await callers.enter_async_context(calling(settings, KNOWN_CALLER, "1,0"))
            await first.wait_for_selector("body.ringing", timeout=120_000)
            await photographer.take(first, "desk-pop", language)
            await first.click("#answer")
            for page in others:
                await ready(photographer, page)
            for caller in TALKING:
                await callers.enter_async_context(calling(settings, caller, "1,0"))
            await asyncio.gather(*(answering(page) for page in others))
            for caller in WAITING:
                await callers.enter_async_context(calling(settings, caller, "1,0"))
            await photographer.go(leader, "/board")
            everybody = leader.locator('[data-rows="waiting"] tr')
            await everybody.nth(len(WAITING) - 1).wait_for(timeout=90_000)
            await photographer.take(leader, "board", language)
            await photographer.go(leader, "/board/wall")
            await photographer.take(leader, "wall", language)
        for page in agents:
            await page.wait_for_selector("#state[data-state=ready]", timeout=90_000)


async def caller_page(photographer: Photographer, _settings: Settings) -> None:
    """The telephone in the browser."""
    page = await photographer.page("leader")
    for language in LANGUAGES:
        await photographer.speak(page, language)
        await photographer.go(page, "/try")
        await photographer.take(page, "try", language)


async def quality(photographer: Photographer, _settings: Settings) -> None:
    """A talk that was recorded, with waveform and marks."""
    page = await photographer.page("quality")
    for language in LANGUAGES:
        await photographer.speak(page, language)
        await photographer.go(page, f"/quality?outcome=answered&caller={KNOWN_CALLER}")
        await page.click("tbody a >> nth=0")
        await page.wait_for_selector("#wave > div")
        await page.wait_for_load_state("networkidle")
        await photographer.take(page, "quality", language)


async def menu(photographer: Photographer, _settings: Settings) -> None:
    """The menu as the administrator sees it."""
    page = await photographer.page("admin")
    await page.set_viewport_size({"width": 1900, "height": 1000})
    for language in LANGUAGES:
        await photographer.speak(page, language)
        await photographer.go(page, "/admin/menus")
        await page.click("main a[href*='/admin/menus/main'] >> nth=0")
        await page.wait_for_load_state("networkidle")
        await page.keyboard.press("0")  # the whole tree
        await photographer.take(page, "menu", language)


SCENES: Final = {"try": caller_page, "floor": floor, "quality": quality, "menu": menu}
"""In this order: quality hears what was said on the floor."""


async def main(chosen: Collection[str] = ()) -> None:
    """These scenes, or all."""
    with tempfile.TemporaryDirectory(prefix="mainline-pictures-") as folder:
        settings = instance(Path(folder) / "home")
        async with running(settings), async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(MICROPHONE)
            )
            photographer = Photographer(browser, settings)
            for name, scene in SCENES.items():
                if not chosen or name in chosen:
                    await scene(photographer, settings)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
