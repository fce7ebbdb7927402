from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from agentdesk.app import create_app
from mainline.config import Settings
from mainline.db import Database
from recordings.models import Recording, RecordingAccess
from recordings.store import located
from tests.agentdesk.conftest import Telephony
from tests.recordings.sounds import CALL
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.pages import Pages

pytestmark = pytest.mark.browser

CROWDED = """() => {
  const lane = document.querySelector(".marks"), first = lane.firstElementChild;
  lane.replaceChildren(...Array.from({ length: 12 }, () => first.cloneNode(true)));
  dispatchEvent(new Event("resize"));
  const boxes = [...lane.children].filter((mark) => mark.checkVisibility())
    .map((mark) => mark.getBoundingClientRect());
  const covered = boxes.filter((one, at) => boxes.slice(0, at).some((other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom - 1
    && other.top < one.bottom - 1));
  return [boxes.length, covered.length];
}"""


def position(page: Page) -> Locator:
    return page.locator("[data-position]")


@pytest.fixture
async def address(desk: Pages, settings: Settings, sqlite_database: Database) -> AsyncIterator[str]:
    app = create_app(settings, sqlite_database, Telephony())
    signed_in(app, "quality", name="zhou")
    async with served(settings, app) as base:
        yield f"{base}/calls/{CALL}"


@pytest.fixture
async def player(address: str) -> AsyncIterator[Window]:
    async with chromium() as browser, window(browser) as opened:
        await opened.page.goto(address)
        await expect(opened.page.locator("#wave > div")).to_be_visible()
        yield opened


async def heard(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(RecordingAccess).order_by(RecordingAccess.id))
        return [(row.name, row.act) for row in rows]


async def test_the_call_is_heard_by_keyboard_alone(player: Window, sqlite_database: Database):
    page = player.page
    await page.keyboard.press("Space")
    await expect(position(page)).not_to_have_text("0:00")
    await expect(page.locator("[data-play]")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Space")
    await expect(page.locator("[data-play]")).to_have_attribute("aria-pressed", "false")
    assert ("zhou", "heard") in await heard(sqlite_database)
    assert player.complaints == []


async def test_keys_jump_from_mark_to_mark_and_by_seconds(player: Window):
    page = player.page
    times = await page.locator(".mark").evaluate_all("all => all.map(one => +one.dataset.at)")
    assert times == sorted(times)
    assert times[-1] == 20.0
    await page.keyboard.press("n")
    answered = next(time for time in times if time > 0.2)
    await expect(position(page)).to_have_text(f"0:{int(answered):02}")
    await page.keyboard.press("ArrowRight")
    await expect(position(page)).to_have_text(f"0:{int(answered) + 5:02}")
    await page.keyboard.press("p")
    await expect(position(page)).to_have_text(f"0:{int(answered + 5) - 2:02}")


async def test_marks_of_one_moment_do_not_cover_one_another(player: Window):
    page = player.page
    await page.set_viewport_size({"width": 1000, "height": 768})
    assert await page.evaluate(CROWDED) == [8, 0]
    assert player.complaints == []


async def test_one_side_alone_and_speed_by_keyboard(player: Window):
    page = player.page
    for key, side in (("1", "caller"), ("2", "agent"), ("0", "both")):
        await page.keyboard.press(key)
        await expect(page.locator(f'[data-side="{side}"]')).to_have_attribute(
            "aria-pressed", "true"
        )
        await expect(page.locator('[data-side][aria-pressed="true"]')).to_have_count(1)
    await page.keyboard.press("]")
    await expect(page.locator("[data-speed]")).to_have_value("1.25")
    await page.keyboard.press("[")
    await page.keyboard.press("[")
    await expect(page.locator("[data-speed]")).to_have_value("0.75")


async def test_a_line_of_the_story_jumps_to_its_moment(player: Window):
    page = player.page
    line = page.locator(".story li", has_text="8001 answers")
    at = await line.locator(".seek").get_attribute("data-at")
    await line.locator(".seek").click()
    await expect(position(page)).to_have_text(f"0:{int(float(at or 0)):02}")
    await expect(line).to_have_class("good now")


async def test_marks_do_not_cover_one_another(player: Window):
    boxes = await player.page.locator(".mark").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            same_row = abs(one["top"] - other["top"]) < one["height"] / 2
            apart = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert not same_row or apart, (one, other)


async def test_an_altered_recording_is_not_drawn_and_the_reason_is_told(
    address: str, settings: Settings, sqlite_database: Database
):
    async with sqlite_database.reading() as session:
        recording = await session.scalar(select(Recording).where(Recording.call_id == CALL))
    assert recording is not None
    file = located(settings.recordings_store, recording.path)
    with file.open("r+b") as opened_file:
        opened_file.seek(5000)
        opened_file.write(b"other words")
    async with chromium() as browser, window(browser) as opened:
        await opened.page.goto(address)
        failure = opened.page.locator("[data-failure]")
        await expect(failure).to_contain_text("altered after it was stored")
        await expect(opened.page.locator("#wave > div")).to_have_count(0)
