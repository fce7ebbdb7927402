"""The field page on a telephone: with a network, without one, and after it."""

import asyncio
import re
import struct
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.app import create_app
from agentdesk.guard import LANGUAGE_COOKIE
from crm.catalog import service as catalog
from crm.catalog.fields import FieldRefused, FormField, asked_at, checked
from crm.field.attachments import file_of
from crm.field.kinds import FIELD, FILE
from crm.field.models import FieldAct, FieldAttachment
from crm.work_orders import queries, service
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions import COMPANY
from tests.agentdesk.conftest import PASSWORD, Telephony
from tests.crm.town import customer, place, premise
from tests.support.browsing import chromium, served
from tests.support.looking import serious

pytestmark = pytest.mark.browser
SMALL = """() => [...document.querySelectorAll("button, a, input, summary, textarea, .choice")]
  .filter((each) => each.checkVisibility() && !each.matches(".choice > *, .away"))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 48 || box.height < 48)
  .map(([each, box]) => `${each.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
WRONG = """async ([fields, all]) => {
  const { wrong } = await import("/static/field/asking.js");
  return all.map((given) => wrong(fields, given, {}) !== null);
}"""
NOTHING_WAITS = """async () => {
  const { acts, files } = await import("/static/field/store.js");
  return !(await files()).length && !(await acts()).some((act) => act.state === "queued");
}"""
COUNTED = "async () => await (await import('/static/field/store.js')).kept('seq') ?? 0"
MORE = """async (before) =>
  await (await import("/static/field/store.js")).kept("seq") > before"""
QUEUED = "async () => (await (await import('/static/field/store.js')).acts()).length"
ON_ITS_OWN = """async () =>
  navigator.serviceWorker.controller !== null && Boolean(await caches.match("/field"))"""
KEEP_BARE = """async (order) => (await import("/static/field/store.js")).add({
  order, kind: "move", action: "complete", note: "all is well", report: {},
  at: new Date().toISOString(), based_on: { step: "on_site", owner: "field", paused: false } })"""
KEEP_IMPOSSIBLE = """async (order) => (await import("/static/field/store.js")).add({
  order, kind: "move", action: "dance", note: "two doors", report: {}, fields: {},
  at: new Date().toISOString(), based_on: { step: "accepted", owner: "field", paused: false } })"""
REFUSED_AGAIN = """async () => {
  const acts = await (await import("/static/field/store.js")).acts();
  return acts.length === 1 && acts[0].seq === 2 && acts[0].state === "refused";
}"""
BEYOND = "() => document.documentElement.scrollWidth - innerWidth"


def png(width: int, height: int) -> bytes:
    """A grey picture."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    made = b"\x89PNG\r\n\x1a\n"
    for name, body in parts:
        check = struct.pack(">I", zlib.crc32(name + body))
        made += struct.pack(">I", len(body)) + name + body + check
    return made


@dataclass
class Out:
    """Somebody's telephone, and a server that can go and come back."""

    settings: Settings
    company: Database
    browser: Browser
    orders: list[str]
    telephony: Telephony = field(default_factory=Telephony)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    complaints: list[str] = field(default_factory=list)
    base: str = ""

    async def network(self, *, there: bool) -> None:
        await self.stack.aclose()
        if there:
            app = create_app(self.settings, self.company, self.telephony)
            self.base = await self.stack.enter_async_context(served(self.settings, app))

    async def page(self, language: str = "en", width: int = 360, height: int = 780) -> Page:
        context = await self.browser.new_context(
            locale="zh-CN" if language == "zh" else "en-US", has_touch=True, is_mobile=True,
            viewport={"width": width, "height": height}, base_url=self.base,
            permissions=["microphone", "camera", "geolocation"],
            geolocation={"longitude": 123.41, "latitude": 41.79},
        )  # fmt: skip
        context.set_default_timeout(60_000)
        chosen = "zh_CN" if language == "zh" else "en"
        await context.add_cookies([{"name": LANGUAGE_COOKIE, "value": chosen, "url": self.base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto("/sign-in?next=/field")
        await page.fill("[name=login]", "field")
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_selector("#state[data-link=ok]")
        return page

    async def history(self, number: str) -> list[str]:
        async with self.company.reading() as session:
            order = await service.by_number(session, number)
            return [line.action for line in await queries.moves(session, order.id)]

    async def dispatcher(self, number: str, action: str, to: str = "") -> None:
        async with self.company.unit_of_work() as session:
            await service.move(session, number, action, by="dispatcher", note="ill", to=to)


@pytest.fixture
async def out(company: Database, settings: Settings) -> AsyncIterator[Out]:
    """Two orders that ``field`` has accepted; two more, to which they have come."""
    numbers = []
    async with company.unit_of_work() as session:
        await definitions.install_file(session, FIELD.name, settings.pack_dir / FILE)
        node = await place(session, "浑南区", "河畔街")
        node.lon, node.lat = 123.42, 41.78
        home = await premise(session, node, "河畔街 8-1-301")
        await customer(session, "<b>王芳</b>", "13800008001", accounts={"100001": home})
        for key, kind in (("a", "no_heat"), ("b", "leak")):
            order = await service.open_work_order(
                session, type_code=kind, key=key, by="8001", source="ivr", account_id=1,
                contact="13800008001", zone=settings.zone,
            )  # fmt: skip
            await service.move(session, order.number, "assign", by="dispatcher", to="field")
            await service.move(session, order.number, "accept", by="field")
            numbers.append(order.number)
        numbers += [await there(session, kind) for kind in ("inspection", "temperature_visit")]
    async with chromium() as browser:
        opened = Out(settings, company, browser, numbers)
        await opened.network(there=True)
        yield opened
        await opened.network(there=False)


async def there(session: AsyncSession, kind: str) -> str:
    """An order of that kind, with ``field`` on the spot."""
    order = await service.open_work_order(
        session, type_code=kind, key=kind, by="8001", source="ivr"
    )
    await service.move(session, order.number, "assign", by="dispatcher", to="field")
    for action in ("accept", "arrive"):
        await service.move(session, order.number, action, by="field")
    return order.number


async def sent(page: Page) -> None:
    """Everything that is kept here is at the server, and the server's picture here."""
    await page.evaluate("dispatchEvent(new Event('online'))")
    await so(page, NOTHING_WAITS)
    await page.wait_for_selector("body[data-waiting='0']")
    await page.wait_for_selector("#state[data-link=ok]")


@pytest.mark.parametrize(
    ("language", "width", "height"), [("zh", 360, 780), ("en", 360, 780), ("en", 412, 915)]
)
async def test_everything_is_reached_by_a_thumb_and_read_by_everybody(
    out: Out, language: str, width: int, height: int
) -> None:
    page = await out.page(language, width, height)
    asks = f"#/order/{out.orders[3]}"
    for route in ("#/", f"#/order/{out.orders[1]}", asks, "#/waiting", "#/me"):
        await page.evaluate("route => { location.hash = route; }", route)
        await page.wait_for_selector(f"body[data-shown='{route}']")
        assert await page.evaluate(SMALL) == [], route
        assert await page.evaluate(BEYOND) <= 0, route
        assert await serious(page) == [], route
    assert await page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
    assert out.complaints == []


async def test_dispatch_is_called_by_the_number_that_the_company_has_now(out: Out) -> None:
    page, link = await out.page(), "[data-dispatch]"
    for route in (f"#/order/{out.orders[0]}", "#/me"):
        await page.evaluate("route => { location.hash = route; }", route)
        await page.wait_for_selector(f"body[data-shown='{route}']")
        await expect(page.locator(link)).to_have_attribute("href", "tel:02496778")
    await so(page, ON_ITS_OWN)
    await page.context.set_offline(True)
    await page.reload()
    await expect(page.locator(link)).to_have_text("☎ Call dispatch 02496778")
    await page.context.set_offline(False)
    for number, links in (("13900000001", 1), ("", 0)):
        async with out.company.unit_of_work() as session:
            body = {**(await definitions.current(session, FIELD.name, COMPANY)).source}
            made = await definitions.draft(
                session, FIELD.name, COMPANY, body | {"dispatch_number": number}, author="root"
            )
            await definitions.publish(session, FIELD.name, COMPANY, made.version, by="root")
        await page.reload()
        await page.wait_for_selector("#state[data-link=ok]")
        await expect(page.locator(f"{link}[href='tel:{number}']")).to_have_count(links)
        await expect(page.locator(link)).to_have_count(links)
    assert out.complaints == []


async def test_an_order_is_done_on_the_spot_with_all_that_belongs_to_it(
    out: Out, tmp_path: Path
) -> None:
    page, number = await out.page(), out.orders[0]
    await page.click(f"a[href='#/order/{number}']")
    navigate = page.locator("a[href^='geo:']")
    assert (await navigate.get_attribute("href") or "").startswith("geo:41.78,123.42?q=")
    await expect(page.locator("main")).not_to_contain_text("13800008001")
    await press(page, "text=On the way")
    await press(page, "[data-action=arrive]")
    await sent(page)
    await page.get_by_text("Radiators bled").click()
    await page.fill("#m-room_temperature", "16.5")
    await expect(page.locator(".measure .mark").first).to_be_visible()
    await page.get_by_text("Air in the radiators").click()
    await page.get_by_text("Materials", exact=True).click()
    await page.get_by_label("Air vent: more of it").click()
    await page.get_by_text("Mended").click()
    (tmp_path / "big.png").write_bytes(png(3000, 2000))
    await page.set_input_files("#photo", tmp_path / "big.png")
    await attached(page, "photo")
    await page.get_by_role("button", name="Signature").click()
    await sign(page)
    await attached(page, "signature")
    for kind, what in (("sound", "Sound note"), ("video", "Short video")):
        await page.get_by_role("button", name=what).click()
        await expect(page.locator("#sheet[open] p.clock")).to_have_text(
            re.compile(r"Recording .* [1-9]\d* KB")
        )
        await page.click("#sheet-acts [value=keep]")
        await attached(page, kind)
    await call(out, page, number)
    assert await page.input_value("#m-room_temperature") == "16.5", "kept while other things came"
    await page.fill("#m-room_temperature", "19.5")
    await press(page, "[data-action=complete]")
    await sent(page)
    await expect(page.locator("main")).to_contain_text("not among yours any more")
    await verify(out, number)
    assert out.complaints == []


async def so(page: Page, question: str, arg: object = None) -> None:
    """Asked until it is: ``wait_for_function`` takes the promise of an answer for a yes."""
    async with asyncio.timeout(60):
        while not await page.evaluate(question, arg):
            await asyncio.sleep(0.05)


async def press(page: Page, button: str) -> None:
    """One more act is kept on the device."""
    before = await page.evaluate(COUNTED)
    await page.click(button)
    await so(page, MORE, before)


async def attached(page: Page, kind: str) -> None:
    """It lies on the device, and then at the server."""
    await expect(page.locator(f"[data-file={kind}]")).to_be_visible()
    await sent(page)
    await expect(page.locator(f"[data-file={kind}][data-state=sent]")).to_be_visible()


async def sign(page: Page) -> None:
    """With a finger, in the sheet."""
    box = await page.locator("canvas.sign").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    await page.mouse.up()
    await page.click("#sheet-acts [value=keep]")


async def call(out: Out, page: Page, number: str) -> None:
    """Both are rung, and neither sees a number."""
    await page.get_by_role("button", name="Call the customer").click()
    await page.fill("#own-number", "138 5555 0001")
    await page.click("#sheet-acts [value=call]")
    await expect(page.locator("#said")).to_have_text("Your telephone will ring at once.")
    assert out.telephony.switchboard.done == [("meet", "13855550001", "13800008001")]
    assert (await out.history(number))[-1] == "call"
    await expect(page.locator("main")).not_to_contain_text("13800008001")


async def verify(out: Out, number: str) -> None:
    async with out.company.reading() as session:
        order = await service.by_number(session, number)
        pieces = list(await session.scalars(select(FieldAttachment)))
        (done,) = await session.scalars(select(FieldAct).where(FieldAct.action == "complete"))
    assert (order.step, order.owner) == ("done", "field")
    assert done.body["report"]["measures"] == {"room_temperature": 19.5}
    assert [piece.kind for piece in pieces] == ["photo", "signature", "sound", "video"]
    assert order.fields == {"photos": [pieces[0].key]}, "the photo belongs to what was done"
    starts = [file_of(out.settings.home, piece).read_bytes()[:4] for piece in pieces]
    assert starts == [b"\xff\xd8\xff\xe0", b"\x89PNG", *[b"\x1a\x45\xdf\xa3"] * 2]
    assert all(piece.sha256 and piece.complete_at for piece in pieces)
    assert pieces[0].size <= 1_000_000


async def test_what_the_type_asks_for_is_asked_for_on_the_spot(out: Out, tmp_path: Path) -> None:
    page, (number, visit) = await out.page(), out.orders[2:]
    await show(page, number)
    await page.fill("#note", "seen")
    await refused(page, "Please fill in: Finding")
    await page.select_option("#f-found", "danger")
    await refused(page, "Please fill in: Defect")
    await page.fill("#f-defect", "no lid")
    await refused(page, "Please fill in: Photos")
    (tmp_path / "small.png").write_bytes(png(60, 40))
    await page.set_input_files("#photo-photos", tmp_path / "small.png")
    await expect(page.locator("[data-photo=photos]")).to_be_checked()
    await press(page, "[data-action=complete]")
    await sent(page)
    async with out.company.reading() as session:
        order = await service.by_number(session, number)
        (piece,) = await session.scalars(select(FieldAttachment))
    assert order.fields == {"found": "danger", "defect": "no lid", "photos": [piece.key]}
    await measure(out, page, visit)
    assert out.complaints == []


MEASURED: dict[str, Any] = {
    "value": 16.5, "at": "2026-11-23T15:00", "signed": {"customer": "paper", "worker": "k-1"},
    "conditions": {"windows_shut_min": 30, "height_m": 1.5, "stable_min": 10},
}  # fmt: skip
GIVEN: dict[str, list[dict[str, Any]]] = {
    "temperature_visit": [
        {}, {"measured": MEASURED}, {"measured": {"instead": "refused"}},
        {"measured": {**MEASURED, "value": 46}}, {"measured": {**MEASURED, "at": ""}},
        {"measured": {**MEASURED, "at": "2026-11-23T12:00"}},
        {"measured": {**MEASURED, "conditions": {"height_m": 1.5}}},
        {"measured": {**MEASURED, "signed": {"worker": "paper"}}}, {"measured": {"signed": {}}},
    ],
    "inspection": [
        {"found": "good"}, {"found": "defect"}, {"found": "defect", "defect": "x"},
        {"found": "danger", "defect": "x"}, {"found": "danger", "defect": "x", "photos": ["k"]},
        {"found": "danger", "defect": "x", "photos": ["k"] * 13}, {"defect": "x"},
    ],
    "valve_off": [{}, {"valve_sealed": "no"}],
}  # fmt: skip


async def test_the_device_refuses_exactly_what_the_server_refuses(out: Out) -> None:
    page = await out.page()
    async with out.company.reading() as session:
        types = (await catalog.work_order_types(session)).body
    for code, given in GIVEN.items():
        fields = asked_at(types.type(code).fields, "complete")
        told = [field.model_dump(mode="json") for field in fields]
        here = await page.evaluate(WRONG, [told, given])
        assert here == [not taken(fields, each, out.settings.zone) for each in given], code


def taken(fields: Sequence[FormField], given: dict[str, Any], zone: ZoneInfo) -> bool:
    try:
        checked(fields, given, files={"k", "k-1"}, zone=zone)
    except FieldRefused:
        return False
    return True


async def measure(out: Out, page: Page, number: str) -> None:
    """A measurement with all its rules; one signs here, the other on paper."""
    await show(page, number)
    await page.fill("#note", "measured")
    await page.locator("[id='f-measured.value']").fill("17.5")
    await page.locator("[id='f-measured.at']").fill("2026-11-23T15:00")
    for name, value in (("windows_shut_min", "30"), ("height_m", "2"), ("stable_min", "10")):
        await page.locator(f"[id='f-measured.conditions.{name}']").fill(value)
    outside = "Please check: Measured room temperature: Height above the floor 1.4 – 1.6 m"
    await refused(page, outside)
    await page.locator("[id='f-measured.conditions.height_m']").fill("1.5")
    await page.get_by_role("button", name="Customer's signature: Sign").click()
    await sign(page)
    await expect(page.locator("[id='f-measured.signed.customer']")).not_to_have_value("")
    await refused(page, "Please check: Measured room temperature: Worker's signature")
    await page.locator("[id='f-measured.signed.worker']").select_option("paper")
    await press(page, "[data-action=complete]")
    await sent(page)
    async with out.company.reading() as session:
        kept = (await service.by_number(session, number)).fields["measured"]
        piece = await session.scalar(
            select(FieldAttachment.key).where(FieldAttachment.kind == "signature")
        )
    assert (kept["value"], kept["at"]) == (17.5, "2026-11-23T15:00+08:00")
    assert kept["conditions"] == {"windows_shut_min": 30, "height_m": 1.5, "stable_min": 10}
    assert kept["signed"] == {"customer": piece, "worker": "paper"}


async def refused(page: Page, words: str) -> None:
    """The device says what is missing, and keeps no act."""
    await page.click("[data-action=complete]")
    await expect(page.locator("#said")).to_have_text(words)
    assert await page.evaluate(QUEUED) == 0


async def test_what_the_server_misses_is_filled_in_with_the_choice_and_done_once(out: Out) -> None:
    """An act that was kept before the page knew what is asked: nothing of it is lost."""
    page, number = await out.page(), out.orders[2]
    await page.evaluate(KEEP_BARE, number)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("body[data-waiting='1']")
    await page.evaluate("location.hash = '#/waiting'")
    card = page.locator(f"[data-conflict='{number}']")
    await expect(card).to_contain_text("Please fill in the field")
    await expect(card).to_contain_text("all is well")
    await card.locator("[data-choice=mine]").click()
    await expect(page.locator("#said")).to_have_text("Please fill in: Finding")
    await card.locator("#f-found").select_option("good")
    await press(page, "[data-choice=mine]")
    await sent(page)
    await expect(page.locator("main")).to_contain_text("Everything has been sent.")
    assert (await out.history(number)).count("complete") == 1
    async with out.company.reading() as session:
        order = await service.by_number(session, number)
    assert (order.step, order.fields) == ("done", {"found": "good"})
    assert out.complaints == []


async def test_what_is_refused_says_what_to_do_and_is_tried_again_or_given_up_with_the_reason(
    out: Out,
) -> None:
    page, number = await out.page(), out.orders[0]
    await page.evaluate(KEEP_IMPOSSIBLE, number)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("body[data-waiting='1']")
    await page.evaluate("location.hash = '#/waiting'")
    card = page.locator("[data-refused=dance]")
    await expect(card).to_contain_text("This cannot be done in the step the order is in: Accepted")
    await expect(card.locator("[data-advice]")).to_have_attribute("data-advice", "moved")
    await press(page, "[data-again]")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await so(page, REFUSED_AGAIN)
    await page.reload()
    await page.wait_for_selector("#state[data-link=ok]")
    await card.locator("[data-give-up]").click()
    await expect(page.locator("#said")).to_have_text("Please say why.")
    await card.locator("textarea").fill("nobody there")
    assert await page.evaluate(SMALL) == []
    await press(page, "[data-give-up]")
    await sent(page)
    await expect(page.locator("main")).to_contain_text("Everything has been sent.")
    async with out.company.reading() as session:
        order = await service.by_number(session, number)
        lines = await queries.moves(session, order.id)
    assert (order.step, lines[-1].action) == ("accepted", "report")
    assert lines[-1].note.endswith("nobody there")
    assert out.complaints == []


async def show(page: Page, number: str) -> None:
    await page.evaluate("order => { location.hash = `#/order/${order}`; }", number)
    await page.wait_for_selector(f"body[data-shown='#/order/{number}']")


async def test_a_day_without_a_network_is_sent_once_and_others_changes_are_left_to_choose(
    out: Out,
) -> None:
    page, (first, second) = await out.page(), out.orders[:2]
    await so(page, ON_ITS_OWN)
    await out.network(there=False)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("#state[data-link=off]")
    await act(page, first, "arrive")
    await page.reload()
    await page.wait_for_selector("body[data-waiting='1']")
    await page.evaluate("order => { location.hash = `#/order/${order}`; }", first)
    await expect(page.locator(".head .step")).to_have_attribute("data-step", "on_site")
    await page.get_by_text("Mended").click()
    await press(page, "[data-action=complete]")
    await act(page, second, "arrive")
    await page.wait_for_selector("body[data-waiting='3']")
    assert await out.history(first) == ["open", "assign", "accept"], "nothing has left the device"
    await out.dispatcher(second, "reassign", to="dispatcher")
    await out.network(there=True)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("#state[data-link=ok]")
    await page.wait_for_selector("body[data-waiting='1']")
    assert await out.history(first) == ["open", "assign", "accept", "arrive", "complete"]
    assert await out.history(second) == ["open", "assign", "accept", "reassign"]
    await page.evaluate("location.hash = '#/waiting'")
    both = page.locator(f"[data-conflict='{second}']")
    await expect(both).to_contain_text("Arrive")
    await expect(both).to_contain_text("Handed to")
    await expect(both).to_contain_text("Owner: dispatcher")
    await press(page, "[data-choice=theirs]")
    await sent(page)
    await expect(page.locator("main")).to_contain_text("Everything has been sent.")
    assert await out.history(second) == ["open", "assign", "accept", "reassign", "field_dropped"]
    async with out.company.reading() as session:
        acts = list(await session.scalars(select(FieldAct).order_by(FieldAct.seq)))
    assert [(act.seq, act.outcome) for act in acts] == [
        (1, "done"), (2, "done"), (3, "dropped"), (4, "done")
    ]  # fmt: skip


async def act(page: Page, number: str, action: str) -> None:
    """Open it and do that."""
    await show(page, number)
    button = page.locator(f".next [data-action={action}]")
    if not await button.count():
        await page.click("[data-more]")
        button = page.locator(f"#sheet-acts [value={action}]")
    before = await page.evaluate(COUNTED)
    await button.click()
    await so(page, MORE, before)
