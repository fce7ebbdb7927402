"""In the talk: a time is promised to the caller, a matter raised; each once, and in one's own."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from playwright.async_api import expect
from sqlalchemy import select

from crm.customers.models import Customer
from crm.matters.models import Matter
from crm.promises.models import Promise
from crm.staff.models import AgentState
from crm.work_orders.service import open_work_order
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified, CallOffered
from mainline.journal.talk_events import AgentAnswered
from tests.agentdesk.conftest import Browser, browser
from tests.crm.town import customer, place, premise
from tests.support.browsing import Window, chromium, served, signed_in, window
from tests.support.clock import StandingClock

pytestmark = pytest.mark.usefixtures("clock")
expect.set_options(timeout=60_000)
CALL, WANG = "ml-7.7", "13800008001"
KEY = "11111111-2222-3333-4444-555555555555"
PROMISE = {"key": KEY, "call_id": CALL, "what": "call", "within_min": 60}
MATTER = {"key": KEY, "call_id": CALL, "summary": "要求经理答复"}


@pytest.fixture
async def talk(company: Database) -> str:
    """Agent 8001 talks with Wang Fang, who has an order open; its number."""
    async with company.unit_of_work() as session:
        home = await premise(session, await place(session, "浑南区", "河畔街"), "河畔街 8-1-301")
        who = await customer(session, "王芳", WANG, accounts={"100001": home})
        order = await open_work_order(
            session, type_code="leak", key="k", by="8001", source="ivr", customer_id=who.id,
            contact="13800009999",
        )  # fmt: skip
        call = f"call:{CALL}"
        await append(session, CallOffered(subject=call, ani=WANG, dnis="96000"))
        await append(session, CallerIdentified(subject=call, how="ani", customer_id=who.id))
        await append(session, AgentAnswered(subject=call, agent="8001"))
        row = AgentState(
            number="8001", state="talking", word="ready", since=now(), fact_at=now(), call_id=CALL
        )
        session.add(row)
        return order.number


async def promises(database: Database) -> list[Promise]:
    async with database.reading() as session:
        return list(await session.scalars(select(Promise).order_by(Promise.id)))


async def matters(database: Database) -> list[Matter]:
    async with database.reading() as session:
        return list(await session.scalars(select(Matter).order_by(Matter.id)))


async def test_whoever_is_on_the_line_is_promised_a_time_once(
    agent1: Browser, company: Database, talk: str, clock: StandingClock
) -> None:
    for _ in range(2):
        answer = await agent1.post("/desk/promises", json={**PROMISE, "text": "回电"})
        assert (answer.status_code, answer.json()) == (201, {"told": "11-23 11:00"})
    (made,) = await promises(company)
    assert (made.number, made.call_id, made.work_order_id) == (WANG, CALL, None)
    assert (made.what, made.source, made.owner, made.text) == ("call", "agent", "8001", "回电")
    assert made.due_at == clock.at + timedelta(hours=1)
    named = {**PROMISE, "key": KEY.replace("1", "2"), "within_min": None, "what": "come"}
    typed = {**named, "due_at": "2026-11-23T17:00", "work_order": talk, "number": "13900001111"}
    assert (await agent1.post("/desk/promises", json=typed)).json() == {"told": "11-23 17:00"}
    second = (await promises(company))[1]
    assert (second.number, second.owner) == ("13900001111", "emergency")


@pytest.mark.parametrize(
    "wrong",
    [
        {"within_min": None},
        {"due_at": "2026-11-23T17:00"},
        {"within_min": None, "due_at": "2026-11-22T17:00"},
        {"within_min": 61 * 24 * 60},
        {"number": "110"},
        {"what": "pay"},
    ],
    ids=["no time", "two times", "past", "too far", "not ordinary", "unknown"],
)
async def test_what_cannot_be_promised_is_refused(
    agent1: Browser, company: Database, talk: str, wrong: dict[str, object]
) -> None:
    answer = await agent1.post("/desk/promises", json={**PROMISE, **wrong})
    assert answer.status_code == 422
    assert set(answer.json()["error"]["messages"]) == {"zh_CN", "en"}
    assert await promises(company) == []


async def test_a_matter_is_raised_once_with_the_call_and_the_order_it_came_from(
    agent1: Browser, company: Database, talk: str
) -> None:
    for _ in range(2):
        raised = await agent1.post("/desk/matters", json={**MATTER, "work_order": talk})
        assert (raised.status_code, raised.json()) == (201, {"told": "1"})
    (made,) = await matters(company)
    assert (made.owner, made.call_id, made.work_order) == ("8001", CALL, talk)
    assert (made.summary, made.raised_by) == ("要求经理答复", "8001")
    assert made.customer_id is not None
    empty = await agent1.post("/desk/matters", json={**MATTER, "key": KEY[::-1], "summary": " "})
    assert (empty.status_code, empty.json()["error"]["code"]) == (422, "matter-words")


async def test_nothing_is_promised_or_raised_in_anothers_call(
    app: FastAPI, company: Database, talk: str
) -> None:
    async with browser(app, Accept="application/json") as other:
        await other.sign_in("agent2")
        for path, body in (("/desk/promises", PROMISE), ("/desk/matters", MATTER)):
            assert (await other.post(path, json=body)).status_code == 404
    assert (await promises(company), await matters(company)) == ([], [])


@pytest.fixture
async def desk(app: FastAPI, settings: Settings, talk: str) -> AsyncIterator[tuple[Window, str]]:
    """The agent's page in mid-call."""
    assert talk
    signed_in(app, "agent", name="agent1", number="8001")
    async with served(settings, app) as base, chromium() as opened, window(opened) as shown:
        await shown.page.goto(f"{base}/desk")
        await shown.page.wait_for_selector(f"#pop[data-drawn-call='{CALL}']")
        yield shown, talk


@pytest.mark.browser
async def test_at_the_desk_both_are_done_by_keys_alone(
    desk: tuple[Window, str], company: Database
) -> None:
    page, order = desk[0].page, desk[1]
    await page.keyboard.press("Alt+f")
    await expect(page.locator("#promise-dialog [name=what]")).to_be_focused()
    await page.keyboard.type("Some")
    await page.locator("#promise-order").select_option(order)
    await page.locator("[name=due_at]").fill("2026-11-23T17:00")
    assert await page.input_value("[name=within_min]") == "", "a typed time is the one that counts"
    await page.locator("[name=text]").press("Enter")
    await expect(page.locator("#promise-dialog")).to_be_hidden()
    await page.keyboard.press("F6")
    await expect(page.locator("#matter-dialog textarea")).to_be_focused()
    assert await page.locator("#pop details[open]").count() == 0, "no other key was pressed with it"
    await page.keyboard.type("wants the manager")
    await page.locator("#matter-form button.primary").press("Enter")
    await expect(page.locator("#matter-dialog")).to_be_hidden()
    (made,), (matter,) = await promises(company), await matters(company)
    assert (made.what, made.number, made.call_id) == ("come", WANG, CALL)
    assert (matter.summary, matter.call_id, matter.work_order) == ("wants the manager", CALL, "")
    async with company.reading() as session:
        caller = await session.scalar(select(Customer.id).where(Customer.name == "王芳"))
    assert {made.customer_id, matter.customer_id} == {caller}
