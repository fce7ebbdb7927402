"""Call-backs as a page: in line, asked for, withdrawn; numbers only for who may see them."""

from datetime import timedelta
from typing import get_args

import pytest

from agentdesk.callbacks import views
from crm.callbacks import queries, service
from crm.callbacks.models import Callback
from crm.callbacks.rules import Source
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.features import modules
from tests.support.pages import pages

HOSTILE = "<b onmouseover=alert(1)>"
ANNA, BERT = "13912345678", "13912345679"


@pytest.fixture(autouse=True)
async def promised(sqlite_database: Database) -> None:
    list(modules("events"))
    async with sqlite_database.unit_of_work() as session:
        later, first = now(), now() - timedelta(minutes=9)
        await service.ask(session, number=BERT, source="menu", since=later)
        await service.ask(session, number=ANNA, source="queue", since=first, reason=HOSTILE)


async def state(database: Database, callback_id: int) -> tuple[str, str]:
    async with database.reading() as session:
        row = await session.get_one(Callback, callback_id)
        return row.state, row.ended_by


async def test_they_stand_in_line_and_markup_is_only_text(
    sqlite_database: Database, settings: Settings
) -> None:
    async with pages(settings, sqlite_database, [views.router], "leader") as leader:
        text = (await leader.get("/callbacks")).text
    assert text.index(ANNA) < text.index(BERT)
    assert HOSTILE not in text
    assert "&lt;b onmouseover" in text


async def test_an_agent_sees_masked_numbers_asks_and_withdraws(
    sqlite_database: Database, settings: Settings
) -> None:
    async with pages(settings, sqlite_database, [views.router], "agent") as agent:
        text = (await agent.get("/callbacks")).text
        assert ANNA not in text
        assert "139****5678" in text
        done = await agent.post("/callbacks/2/cancel")
        assert (done.status_code, done.headers["location"]) == (303, "/callbacks")
        assert (await state(sqlite_database, 2))[0] == "cancelled"
        made = await agent.post("/callbacks", {"number": "13912345670", "queue": "service"})
        assert made.status_code == 303
        assert (await state(sqlite_database, 3))[0] == "waiting"
        assert "139****5678" not in (await agent.get("/callbacks")).text
        assert "139****5678" in (await agent.get("/callbacks?which=ended")).text


async def test_what_cannot_be_promised_is_said_and_what_was_typed_stays(
    sqlite_database: Database, settings: Settings
) -> None:
    async with pages(settings, sqlite_database, [views.router], "leader") as leader:
        wrong = {"number": "16812345678", "queue": "service", "reason": "bill of May"}
        page = await leader.post("/callbacks", wrong)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'value="16812345678"' in page.text
    assert 'value="bill of May"' in page.text


async def test_a_queue_that_does_not_exist_is_refused(
    sqlite_database: Database, settings: Settings
) -> None:
    async with pages(settings, sqlite_database, [views.router], "leader") as leader:
        page = await leader.post("/callbacks", {"number": "13912345670", "queue": "no-such"})
    assert (page.status_code, 'value="13912345670"' in page.text) == (422, True)
    async with sqlite_database.reading() as session:
        assert [row.number for row in await queries.find(session)] == [ANNA, BERT]


def test_wherever_a_call_is_promised_the_list_has_words_for_it() -> None:
    assert set(views.SOURCES) == set(get_args(Source))


async def test_who_only_listens_can_neither_ask_nor_withdraw(
    sqlite_database: Database, settings: Settings
) -> None:
    async with pages(settings, sqlite_database, [views.router], "quality") as quality:
        text = (await quality.get("/callbacks")).text
        assert 'action="/callbacks' not in text
        assert (await quality.post("/callbacks/1/cancel")).status_code == 403
        assert (await quality.post("/callbacks", {"number": ANNA})).status_code == 403
    assert (await state(sqlite_database, 1))[0] == "waiting"


@pytest.mark.parametrize(
    ("source", "words"),
    [("message", "answer to a message"), ("campaign", "in a call of ours"),
     ("outage", "end of an outage"), ("promise", "a broken promise"), ("elsewhere", "elsewhere")],
)  # fmt: skip
async def test_the_list_says_where_each_was_promised(
    sqlite_database: Database, settings: Settings, source: str, words: str
) -> None:
    async with sqlite_database.unit_of_work() as session:
        await service.ask(session, number="13912345670", source=source)
    async with pages(settings, sqlite_database, [views.router], "leader") as leader:
        assert words in (await leader.get("/callbacks")).text


async def test_an_empty_list_says_so(sqlite_database: Database, settings: Settings) -> None:
    async with sqlite_database.unit_of_work() as session:
        for number in (1, 2):
            await service.cancel(session, number, by="8001")
    async with pages(settings, sqlite_database, [views.router], "leader") as leader:
        text = (await leader.get("/callbacks")).text
    assert 'class="empty"' in text
    assert "<table" not in text
