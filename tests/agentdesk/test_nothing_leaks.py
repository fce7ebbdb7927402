"""Whatever is read by whomever: no number, name, address or identity card of a customer is told to
whoever may not see it, of any column that may hold one.
"""

import asyncio
import io
import re
import shutil
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pypdfium2
import pytest
from fastapi import FastAPI
from fastapi import Request as Asked

from agentdesk.app import create_app
from agentdesk.audience import Audience
from agentdesk.live import Live
from mainline import features
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import KINDS
from mainline.masking import BLIND as NOTHING
from mainline.permissions import ROLES, Permission
from mainline.web import Principal, every_route
from tests.agentdesk.conftest import Telephony
from tests.support import routes
from tests.support.asking import Answer, Request, ask
from tests.support.clock import StandingClock
from tests.support.furnished import AT, CALL, ORDER, REQUEST, Seeds, furnish, unsorted_objects
from tests.support.routes import Door

BLIND = "blind"
"""A role as a company might compose it: it may do everything, and sees nothing of a customer."""
SEEING = {
    Permission.SEE_NUMBERS, Permission.SEE_NAMES, Permission.SEE_ADDRESSES,
    Permission.SEE_IDENTITIES,
}  # fmt: skip
RIGHTS = ROLES | {BLIND: frozenset(Permission) - SEEING}
ROLE_NAMES = [BLIND, *(role for role in sorted(ROLES) if role != "admin")]
"""The administrator sees everything."""
GOOD = {
    "login": "agent1", "call_id": CALL, "key": "abcdefgh", "table": "customer", "row": "1",
    "kind": "work_order_types", "name": "company", "code": "agent", "number": ORDER,
    "/api/requests/{number} number": REQUEST, "/requests/{number} number": REQUEST,
    "/api/exports/{number}/file number": "EX-000001", "/api/agents/{number} number": "8001",
    "/board/agents/{number}/notes number": "8001",
}  # fmt: skip
"""Which record is asked for, by ``path name`` or ``name``; of all others the first."""
QUERIES = {
    "/api/addresses": ("text=x",),
    "/api/appointments": ("day=2026-11-25",),
    "/api/callbacks": ("open=true",),
    "/api/customers/of-premise/{premise_id}": (),
    "/api/exports/{number}/file": ("format=csv", "format=xlsx"),
    "/api/knowledge/search": ("q=x",),
    "/api/matters": ("which=settled",),
    "/api/standards/report": ("month=2026-11",),
    "/api/standards/report.csv": ("month=2026-11",),
    "/api/work-orders.pdf": (f"number={ORDER}",),
    "/api/work-orders/open": (),
    "/appointments": ("day=2026-11-25",),
    "/matters": ("which=settled",),
    "/requests": ("show=all",),
    "/requests/new": ("customer=1&kind=transfer",),
    "/statistics/work-orders/orders": ("what=opened",),
}
"""What is asked for; of all others nothing."""
THEN = "as_of=2026-11-23T02:30:00Z"
"""Asked too of whatever can be asked how it stood."""
ASKED_WITH = {
    "/api/work-orders/open": "customer=1&", "/api/standards/report": "month=2026-11&",
    "/api/standards/report.csv": "month=2026-11&",
}  # fmt: skip
SOUND = "needs a file of sound, a photo or a drawing"
OTHERS = "leads to another page"
EMPTY = "needs a call that is going on, or a definition that is not published here"
UNANSWERED = {
    "/": OTHERS, "/admin": OTHERS, "/outbound": OTHERS, "/recordings": OTHERS, "/live": "see below",
    "/admin/definitions/{kind}/{name}": EMPTY, "/admin/forms/{kind}/{name}": EMPTY,
    "/admin/menus/{name}": EMPTY, "/board/asked/{call_id}": EMPTY, "/desk/pop/{call_id}": EMPTY,
    "/api/field/attachments/{key}": SOUND, "/messages/{message_id}/audio": SOUND,
    "/messages/{message_id}/peaks": SOUND, "/api/recordings/{recording_id}/audio": SOUND,
    "/api/recordings/{recording_id}/export": SOUND, "/api/recordings/{recording_id}/peaks": SOUND,
    "/health": "no process runs here",
}  # fmt: skip
"""Routes that need not answer here, and why."""
ALLOWED = {
    "/try": "the page of the demo town, whose customers are invented; elsewhere it is not there",
}
"""Routes that may tell everything to everybody, and why."""


UNREAD = {
    "barred_number.number", "barred_number.reason", "campaign_task.details",
    "outage_request.number", "recording.deleted_why",
}  # fmt: skip
"""Columns that no route tells of."""


@dataclass(frozen=True)
class House:
    """The application on its furnished database."""

    app: FastAPI
    database: Database
    seeds: Seeds

    def open_to(self, role: str) -> Principal:
        """Everything is asked as this role from now on."""
        who = Principal(
            1, "8001", frozenset({role}), agent_number="8001", session_id="s1", rights=RIGHTS
        )

        async def authenticate(_request: Asked) -> Principal:
            return who

        self.app.state.authenticate = authenticate
        return who

    def read(self, who: Principal, told: str) -> list[str]:
        """Columns of which this person reads what they may not see."""
        return [
            f"{seed.column} ({seed.what})"
            for seed in self.seeds.all
            if seed.hidden_from(who.sees) and (seed.found in told or quote(seed.found) in told)
        ]


@pytest.fixture(scope="session")
def furnished(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Seeds]:
    """A database with something in each column, and what it is."""
    path = tmp_path_factory.mktemp("furnished") / "mainline.db"
    shutil.copyfile(sqlite_template, path)

    async def fill() -> Seeds:
        database, settings = Database(f"sqlite+aiosqlite:///{path}"), Settings()
        for module in features.modules("prepare"):
            if module.__name__.startswith("crm."):
                await module.prepare(settings, database, lambda _words: None)
        async with database.unit_of_work() as session:
            seeds = await furnish(session)
        await database.dispose()
        return seeds

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mainline.clock.datetime", StandingClock(AT))
        return path, asyncio.run(fill())


@pytest.fixture
async def house(
    furnished: tuple[Path, Seeds], settings: Settings, sqlite_url: str, clock: StandingClock
) -> AsyncIterator[House]:
    """A fresh copy of it, an hour later."""
    shutil.copyfile(furnished[0], sqlite_url.partition(":///")[2])
    clock.forward(hours=1)
    database = Database(sqlite_url)
    yield House(create_app(settings, database, Telephony()), database, furnished[1])
    await database.dispose()


def requests_for(app: FastAPI, role: str) -> Iterator[tuple[Door, Request]]:
    """Everything that this role may read."""
    then = {
        str(route.path) for route in every_route(app.routes)
        for each in getattr(getattr(route, "dependant", None), "query_params", ())
        if each.name == "as_of"
    }  # fmt: skip
    for door, needs in sorted(routes.served(app).items()):
        if door.method != "GET" or door.path == "/live" or not _may(needs, role):
            continue
        asked = [*QUERIES.get(door.path, ("",))]
        if door.path in then:
            asked.append(ASKED_WITH.get(door.path, "") + THEN)
        for query in asked:
            yield door, Request("GET", address(door).encode(), query.encode())


def _may(needs: str, role: str) -> bool:
    held = {"signed-in", "everybody", *map(str, RIGHTS[role])}
    return all(held & set(one.split(" or ")) for one in needs.split(" and "))


def address(door: Door) -> str:
    """The path to the record that is there."""

    def value(found: re.Match[str]) -> str:
        return GOOD.get(f"{door.path} {found[1]}", GOOD.get(found[1], "1"))

    return re.sub(r"\{(\w+)(?::\w+)?\}", value, door.path)


def words(answer: Answer) -> str:
    """All that can be read in it."""
    if answer.content_type.startswith("application/pdf"):
        return "".join(page.get_textpage().get_text_range()
                       for page in pypdfium2.PdfDocument(answer.body))  # fmt: skip
    if answer.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.body)) as sheet:
            return "".join(sheet.read(each).decode("utf-8", "replace") for each in sheet.namelist())
    return answer.body.decode("utf-8", "replace")


@pytest.mark.parametrize("role", ROLE_NAMES)
async def test_no_page_and_no_api_tells_what_its_reader_may_not_see(
    house: House, role: str
) -> None:
    who, wrong = house.open_to(role), list[str]()
    for door, request in requests_for(house.app, role):
        answer = await ask(house.app, request)
        asked = f"{door} {request.query.decode()}"
        if answer.status != 200 and door.path not in UNANSWERED:
            wrong.append(f"{asked}: not answered: {answer.status}")
        if leaks := door.path not in ALLOWED and house.read(who, words(answer)):
            wrong.append(f"{asked}: {', '.join(sorted(set(leaks)))}")
    assert "\n".join(wrong) == ""


async def test_every_seed_is_read_somewhere_by_who_may_see_everything(house: House) -> None:
    """Or nothing would be proven about it. The log tells of every column, and does not count."""
    house.open_to("admin")
    told = [
        words(await ask(house.app, request))
        for door, request in requests_for(house.app, "admin")
        if not door.path.startswith(("/admin/audit", "/api/audit"))
    ]
    everything = "".join(told)
    unread = {seed.column for seed in house.seeds.all if seed.found not in everything}
    assert "\n".join(sorted(unread)) == "\n".join(sorted(UNREAD))


async def test_no_fact_on_the_live_stream_tells_what_its_reader_may_not_see() -> None:
    number, card, told = "13900001234", "110105199001010123", list[str]()
    for kind in KINDS.values():
        said = {
            name: f"{number}" if name in {"ani", "number"} else f"请拨{number}，证{card}"
            for name, field in kind.model_fields.items() if field.annotation in {str, str | None}
        }  # fmt: skip
        maps = {
            name: {"owner": "鄂温克", "address": "501室"}
            for name, field in kind.model_fields.items() if field.annotation == dict[str, str]
        }  # fmt: skip
        fact = kind.model_construct(**{**said, **maps, "subject": "agent:8001"})
        told.append(Audience("8001", everything=True, eyes=NOTHING).sees(fact) or "")
    for hidden in (number, card, "鄂温克", "501室"):
        assert [one for one in told if hidden in one] == []


async def test_no_picture_on_the_live_stream_tells_what_its_reader_may_not_see(
    house: House,
) -> None:
    who, live = house.open_to(BLIND), house.app.state.live
    assert isinstance(live, Live)
    async with house.database.reading() as session:
        shown = [feed.masked(await feed.compute(session), who.sees) for feed in live.feeds.values()]
    assert house.read(who, str(shown)) == []
    assert len(shown) > 1


def test_of_every_object_in_a_column_it_is_known_what_is_in_it() -> None:
    """Name a new one in ``tests/support/furnished.py``: with what is put there, or as plain."""
    assert unsorted_objects() == set()
