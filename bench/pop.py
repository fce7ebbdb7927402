"""(b) From the ring to the screen pop drawn in the agent's browser, while 5 calls a second run."""

import asyncio
from typing import Any

from playwright.async_api import Page, async_playwright

from bench.figures import Figure, percentile
from bench.load import Crowd
from bench.station import CALLERS, station
from crm.staff.demo import PASSWORD
from mainline.sip.phone import Phone
from mainline.sip.robot import Manner, Robot
from tests.calls.instance import Instance
from tests.support.ports import free_port

AGENTS = 80
AGENT, LOGIN = "8001", "agent1"
RATE, LOAD_S = 5.0, 60
POPS = 25
PATIENCE_S = 40
EMERGENCY_LINE = 1
"""Its place among the pack's lines: it rings the agent without a menu."""
GOAL_MS = 300
STRAIGHT = {
    "title": {"zh": "测量用专线", "en": "Line for measuring"},
    "languages": ["zh", "en"],
    "start": "duty",
    "person": "duty",
    "nodes": {"duty": {"kind": "queue", "queue": "emergency"}},
}
"""Straight to the agent: many rings in little time."""
CHROMIUM = "/usr/bin/chromium"
DRAWN = """() => performance.getEntriesByName("pop-drawn").map(
    (mark) => [mark.detail, performance.timeOrigin + mark.startTime])"""


async def measure() -> list[Figure]:
    """One agent watches the desk while the crowd is served by the others."""
    async with station(AGENTS) as (instance, crowd):
        await instance.publish_menu(STRAIGHT, "emergency")
        quiet = await _pops(instance, 8)
        load = asyncio.create_task(_load(instance, crowd))
        await asyncio.sleep(5)
        busy = await _pops(instance, POPS)
        load.cancel()
    return [
        Figure("pop_quiet_p95", percentile(quiet, 0.95), unit="ms"),
        Figure("pop_5_calls_per_s_p50", percentile(busy, 0.5), unit="ms"),
        Figure("pop_5_calls_per_s_p95", percentile(busy, 0.95), f"<{GOAL_MS}ms", "ms"),
    ]


async def _load(instance: Instance, crowd: Crowd) -> None:
    await crowd.call(
        instance.hotline, CALLERS, rate=RATE, calls=int(RATE * LOAD_S), port=free_port()
    )


async def _pops(instance: Instance, count: int) -> list[float]:
    """Ring the agent so often; milliseconds from each ring to its pop."""
    before = instance.facts.last_id()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await _desk(await browser.new_page(), instance)
        robot = Robot(await instance.desk_phone(AGENT), Manner(after_s=0.4))
        caller = await Phone.open(instance.trunk)
        for _ in range(count):
            await _one_call(instance, caller, robot)
        await asyncio.sleep(1)
        drawn: list[list[Any]] = await page.evaluate(DRAWN)
        await caller.close()
        await robot.close()
        await browser.close()
    return _latencies(instance, before, drawn)


async def _desk(page: Page, instance: Instance) -> Page:
    base = f"http://localhost:{instance.settings.http_port}"
    await page.goto(f"{base}/sign-in")
    await page.fill("input[name=login]", LOGIN)
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    await page.goto(f"{base}/desk")
    await page.wait_for_selector("#pop", state="attached")
    return page


async def _one_call(instance: Instance, caller: Phone, robot: Robot) -> None:
    """A call that rings the agent, is answered, ended at once, and noted."""
    await instance.floor.set_state(AGENT, "ready", ("emergency",))
    before, taken = instance.facts.last_id(), len(robot.taken)
    call = await caller.call(instance.lines[EMERGENCY_LINE], caller=CALLERS[0], timeout_s=10)
    async with asyncio.timeout(PATIENCE_S):
        while len(robot.taken) == taken:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    await call.hang_up()
    await instance.floor.end_wrapup(AGENT, [await _left(instance, before)])


async def _left(instance: Instance, before: int) -> str:
    """The call the agent has left since then: the books may be a little behind."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for fact in instance.facts.since(before):
                if fact.kind == "agent.left_call" and fact.payload["agent"] == AGENT:
                    return fact.subject.removeprefix("call:")
            await asyncio.sleep(0.05)


def _latencies(instance: Instance, before: int, drawn: list[list[Any]]) -> list[float]:
    """First drawing of each call that rang this agent, less the moment of the ring."""
    first: dict[str, float] = {}
    for call, at in drawn:
        first.setdefault(str(call), float(at))
    rang = {
        fact.subject.removeprefix("call:"): fact.at.timestamp() * 1000
        for fact in instance.facts.since(before)
        if fact.kind == "agent.offered" and fact.payload["agent"] == AGENT
    }
    found = [first[call] - at for call, at in rang.items() if call in first]
    if len(found) < len(rang):
        raise RuntimeError(f"only {len(found)} of {len(rang)} pops were drawn")
    return found
