"""Messages as pages: the deadline first, the sound, the outcome, and who may do what."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from agentdesk.app import create_app
from agentdesk.messages import views
from crm.callbacks.models import Callback
from crm.customers.models import Customer
from crm.messages.models import VoiceMessage
from crm.staff.models import User
from mainline.config import Settings
from mainline.db import Database
from mainline.journal.call_events import (
    CallEnded,
    CallerIdentified,
    CallOffered,
    MenuVisited,
    MessageLeft,
)
from mainline.web import undeclared
from recordings.finalise import Finaliser
from recordings.models import RecordingAccess
from tests.agentdesk.conftest import Telephony
from tests.crm.calls import take_in
from tests.recordings.sounds import CALL, FILES, ago, write_raw
from tests.support.browsing import chromium, served, signed_in, window
from tests.support.pages import Pages, pages

HEAD = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
RATES = (8000).to_bytes(4, "little") + (16_000).to_bytes(4, "little")
SOUND = HEAD + RATES + b"\x02\x00\x10\x00data\x00\x7d\x00\x00" + b"\x05\x00\xf0\xff" * 12_000
HOSTILE = "<b onmouseover=alert(1)>"


@pytest.fixture
async def company(sqlite_database: Database, settings: Settings) -> Database:
    """A complaint of a customer with a strange name, left in the night before last."""
    settings.recordings_incoming.mkdir(parents=True)
    write_raw(settings, f"{FILES}-message.wav", SOUND)
    async with sqlite_database.unit_of_work() as session:
        session.add(Customer(id=7, name=HOSTILE))
        session.add(User(login="anna", name="Anna", password_hash="x", roles=["agent"],
                         agent_number="8001", station="phone"))  # fmt: skip
    about, began = {"subject": f"call:{CALL}"}, 200_000.0
    facts = [
        CallOffered(**about, at=ago(began), ani="13800008000", dnis="96777"),
        CallerIdentified(**about, at=ago(began - 1), how="ani", customer_id=7, candidates=1),
        MenuVisited(**about, at=ago(began - 2), node="complaint"),
        MessageLeft(**about, at=ago(began - 9), file=f"{FILES}-message.wav"),
        CallEnded(**about, at=ago(began - 10)),
    ]
    await take_in(sqlite_database, *facts)
    for consumer in ("messages", "recordings"):
        await take_in(sqlite_database, consumer=consumer)
    await Finaliser(sqlite_database, settings).step()
    return sqlite_database


@pytest.fixture
async def desk(company: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with pages(settings, company, [views.router], "leader") as opened:
        opened.app.state.switchboard = Telephony().switchboard
        yield opened


async def one(database: Database) -> VoiceMessage:
    async with database.reading() as session:
        return (await session.scalars(select(VoiceMessage))).one()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_list_tells_deadline_owner_and_state_and_hides_markup(desk: Pages, language: str):
    text = (await desk.get("/messages", language=language)).text
    assert HOSTILE not in text
    assert {"zh-CN": "1 条超期", "en": "1 overdue"}[language] in text
    assert {"zh-CN": "投诉", "en": "Complaint"}[language] in text
    assert "13800008000" in text
    assert "/messages/1" not in (await desk.get("/messages?which=done")).text


async def test_an_agent_sees_the_number_masked_hears_it_and_the_hearing_is_written_down(
    desk: Pages, company: Database
):
    desk.sign_in("agent", name="Anna", number="8001")
    text = (await desk.get("/messages/1")).text
    assert "138****8000" in text
    assert "13800008000" not in text
    assert "No speech model is installed here" in text
    heard = await desk.get("/messages/1/audio")
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/wav")
    assert (await desk.get("/messages/1/peaks?points=10")).json()["duration_s"] == 3.0
    async with company.reading() as session:
        rows = await session.scalars(select(RecordingAccess).order_by(RecordingAccess.id))
        assert [(row.name, row.act) for row in rows] == [("Anna", "heard"), ("Anna", "seen")]


async def test_who_neither_answers_nor_checks_calls_hears_nothing(desk: Pages, company: Database):
    for role in ("dispatcher", "cashier", "field"):
        desk.sign_in(role)
        for path in ("/messages/1/audio", "/messages/1/peaks", "/messages/1", "/messages"):
            assert (await desk.get(path)).status_code == 403, (role, path)
    desk.sign_in("quality")
    assert (await desk.get("/messages/1/audio")).status_code == 200
    assert (await desk.post("/messages/1/take")).status_code == 403
    async with company.reading() as session:
        names = list(await session.scalars(select(RecordingAccess.name)))
    assert names == ["chen"]


async def test_it_is_taken_settled_and_a_call_back_is_promised(desk: Pages, company: Database):
    desk.sign_in("agent", name="Anna", number="8001")
    assert (await desk.post("/messages/1/take")).status_code == 303
    empty = await desk.post("/messages/1/settle", {"tell": "call-back", "outcome": " "})
    assert empty.status_code == 422
    assert "what the caller is told" in empty.text
    fields = {"tell": "call-back", "outcome": "已经修好"}
    assert (await desk.post("/messages/1/settle", fields)).status_code == 303
    found = await one(company)
    assert (found.state, found.owner, found.outcome) == ("settled", "8001", "已经修好")
    async with company.reading() as session:
        assert list(await session.scalars(select(Callback.number))) == ["13800008000"]
    assert "call-back promised" in (await desk.get("/messages?which=to-tell")).text
    assert (await desk.post("/messages/1/told")).status_code == 303
    assert (await one(company)).state == "done"
    history = (await desk.get("/messages/1")).text
    assert "8001 wrote down the outcome and promised a call-back" in history


async def test_a_click_calls_the_number_that_the_agent_does_not_see(desk: Pages):
    desk.sign_in("agent", name="Anna", number="8001")
    assert (await desk.post("/messages/1/call")).headers["location"] == "/desk"
    assert desk.app.state.switchboard.done == [("call", "8001", "phone", "13800008000")]
    desk.sign_in("admin")
    assert (await desk.post("/messages/1/call")).status_code == 403
    assert len(desk.app.state.switchboard.done) == 1


async def test_the_leader_gives_it_to_somebody_and_an_agent_cannot(desk: Pages, company: Database):
    assert (await desk.post("/messages/1/give", {"to": "8002"})).status_code == 303
    assert (await one(company)).owner == "8002"
    desk.sign_in("agent", name="Anna", number="8001")
    assert (await desk.post("/messages/1/give", {"to": "8001"})).status_code == 403
    assert (await desk.post("/messages/1/take")).status_code == 409
    assert (await one(company)).owner == "8002"


async def test_no_messages_is_said_in_words(settings: Settings, sqlite_database: Database):
    async with pages(settings, sqlite_database, [views.router], "leader") as opened:
        assert "No caller waits for an answer." in (await opened.get("/messages")).text
        assert (await opened.get("/messages/1")).status_code == 404


def test_every_route_names_its_permission() -> None:
    assert undeclared(views.router.routes) == []


@pytest.mark.browser
async def test_a_message_is_heard_by_keyboard_with_its_waveform(
    company: Database, settings: Settings
):
    app = create_app(settings, company, Telephony())
    signed_in(app, "agent", name="Anna", number="8001")
    async with served(settings, app) as base, chromium() as browser, window(browser) as opened:
        page = opened.page
        await page.goto(f"{base}/messages")
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.locator("#wave > div")).to_be_visible()
        await page.keyboard.press("Space")
        await expect(page.locator("[data-position]")).not_to_have_text("0:00")
        assert opened.complaints == []
