"""Headless Chromium on a running instance: agents and callers whose microphones are tones."""

import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.guard import LANGUAGE_COOKIE
from crm.addresses.models import AddressNode
from crm.customers.models import Customer, CustomerPhone
from crm.migration.addressing import Tree
from crm.staff.demo import PASSWORD
from crm.staff.models import User
from mainline.sip.call import Call
from tests.calls.instance import Instance, private_settings
from tests.crm.town import premise

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
AGENT_HZ, CALLER_HZ = 1000, 1900
"""Far from each other, from voices, and from the 450 Hz that telephones ring with."""
HOSTILE_NAME, HOSTILE_NUMBER = "<img src=x onerror=document.title='owned'>", "13977770001"
# a tone survives neither noise suppression nor echo cancellation
PLAIN_MICROPHONE = """
if (navigator.mediaDevices) {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = () => real({ audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits until all prompts are spoken; any of them may be the first."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(900))


async def furnish(session: AsyncSession) -> None:
    """Agents with softphones, a customer whose name is an attack, an address that waits."""
    await session.execute(update(User).values(station="softphone"))
    customer = Customer(name=HOSTILE_NAME, notes="<script>document.title='owned'</script>")
    session.add(customer)
    await session.flush()
    phone = CustomerPhone(customer_id=customer.id, number=HOSTILE_NUMBER, tail="0001")
    session.add(phone)
    held = await session.get_one(AddressNode, (await Tree().held(session)).id)
    await premise(session, held, "铁西新村4号楼")


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """Mainline with the demo town, started once for all pages."""
    home: Path = tmp_path_factory.mktemp("pages")
    running = Instance(private_settings(home, wrapup_s=60), furnish)
    await running.start()
    yield running
    await running.stop()


@dataclass
class Chromium:
    """One browser; what its pages complain about is kept."""

    browser: Browser
    base: str
    complaints: list[str] = field(default_factory=list)

    async def page(self, *, language: str = "zh-CN", width: int = 1366, height: int = 768) -> Page:
        """A fresh window with its own cookies, in that language whoever signs in."""
        context = await self.browser.new_context(
            base_url=self.base, locale=language, viewport={"width": width, "height": height}
        )
        chosen = "zh_CN" if language.startswith("zh") else "en"
        await context.add_cookies([{"name": LANGUAGE_COOKIE, "value": chosen, "url": self.base}])
        context.set_default_timeout(60_000)
        await context.add_init_script(PLAIN_MICROPHONE)
        page = await context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    async def sign_in(self, page: Page, login: str) -> None:
        """As that person, to where their work is."""
        await page.goto("/sign-in")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda url: "/sign-in" not in url)

    async def ready(self, login: str) -> Page:
        """The desk of an agent who takes calls."""
        page = await self.page()
        await self.sign_in(page, login)
        await page.wait_for_selector("body[data-started=true]")
        await page.keyboard.press("Alt+r")
        await page.wait_for_selector("#state[data-state=ready]")
        return page

    async def close_pages(self) -> None:
        """All windows go."""
        for context in self.browser.contexts:
            await context.close()


async def ring_by_keys(desk: Page, call: Call) -> None:
    """0 leads to a person at every level of the menu; until the desk rings."""
    for _attempt in range(25):
        call.media.press("0")
        await desk.wait_for_timeout(1500)
        if await desk.locator(".line.ringing").count():
            return


def write_tone(path: Path, hertz: int) -> Path:
    """Ten seconds of a tone as Chromium's microphone wants it."""
    moments = np.arange(10 * 48_000) / 48_000
    samples = (0.3 * 32_767 * np.sin(2 * np.pi * hertz * moments)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    return path


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def _launch(
    instance: Instance, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callable[[int], object]]:
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        folder = tmp_path_factory.mktemp("tones")

        async def launch(hertz: int) -> Chromium:
            tone = write_tone(folder / f"{hertz}.wav", hertz)
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM,
                headless=True,
                args=[*FLAGS, f"--use-file-for-fake-audio-capture={tone}"],
            )
            stack.push_async_callback(browser.close)
            return Chromium(browser, f"http://localhost:{instance.settings.http_port}")

        yield launch


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def _agents(_launch: Callable[[int], object]) -> Chromium:
    return await _launch(AGENT_HZ)  # type: ignore[misc, no-any-return]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def _callers(_launch: Callable[[int], object]) -> Chromium:
    return await _launch(CALLER_HZ)  # type: ignore[misc, no-any-return]


@pytest_asyncio.fixture(loop_scope="session")
async def agents(_agents: Chromium, instance: Instance) -> AsyncIterator[Chromium]:
    """The agents' browser; its microphone says 1000 Hz."""
    _agents.complaints.clear()
    yield _agents
    await _agents.close_pages()
    await instance.heal()  # what a failed test left dead must not fail the next ones


@pytest_asyncio.fixture(loop_scope="session")
async def callers(_callers: Chromium) -> AsyncIterator[Chromium]:
    """The callers' browser; its microphone says 1900 Hz."""
    _callers.complaints.clear()
    yield _callers
    await _callers.close_pages()
