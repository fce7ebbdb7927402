"""Whatever is sent to whichever route by whoever: it is answered or refused, never a fault of ours.

``MAINLINE_TEST_FUZZ=100`` sends so many for each parameter and as each role; the suite one.
"""

import json
import os
import random
import re
import shutil
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi import Request as Asked

from agentdesk.app import create_app
from crm import demo
from crm.interactions.models import CallTimeline, Interaction
from mainline import features
from mainline.config import Settings
from mainline.db import Database
from mainline.i18n import LOCALES
from mainline.journal import append_all
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.permissions import ROLES
from mainline.web import Principal
from tests.agentdesk.conftest import Asterisk, Telephony
from tests.support import fuzz, routes
from tests.support.asking import JSON, Answer, Request, ask
from tests.support.fuzz import Form, Target, targets
from tests.support.generated import Generated, Sent
from tests.support.routes import Door

EACH = int(os.environ.get("MAINLINE_TEST_FUZZ", "1"))
SHARES = 3
SEED = 20261127
PAGES_MAX, WORDS_MAX = 80, 40
DOWN = {Door("GET", "/health"): 503}
"""No process runs here, and it says so."""
NOT_HERE = {"no-voice", "no-slot"}
"""Nor need a machine's voice be installed, nor a telephone to try be left."""
WORDS = re.compile(r'<p class="quiet">([a-z-]+)</p>|<p class="[a-z]+ bad" role="alert">(.+)</p>')
"""The code on a page of its own; the words above a form that is shown again."""
CALL = "ml-1.1"
GOOD = {
    "call_id": CALL, "kind": "work_order_types", "name": "company", "version": "1",
    "act": "take", "dnis": "96001",
    **{f"/board/agents/{{number}}/{act} number": "8001"
       for act in ("join", "state", "queues", "call", "take-over", "notes")},
    "/api/agents/{number} number": "8001",
    "/admin/menus/{name} name": "main", "/admin/menus/{name}/look name": "main",
    "/admin/menus/{name}/edit name": "main", "/admin/menus/{name}/draft name": "main",
    "/admin/menus/{name}/walk name": "main",
}  # fmt: skip


class Silent(Asterisk):
    """Does all that it is asked."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)

        async def done(*_: object, **__: object) -> str:
            return CALL

        return done


@pytest.fixture
async def town(
    sqlite_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[FastAPI]:  # fmt: skip
    """The demo town with its rules, one call, and a telephone system that does all it is asked.

    It is made once; every test gets a copy.
    """
    kept = tmp_path_factory.getbasetemp() / "town"
    if not kept.exists():
        monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")
        await _build(Database(sqlite_url), settings)
        shutil.copytree(settings.home, kept)
    shutil.copytree(kept, settings.home, dirs_exist_ok=True)
    database = Database(sqlite_url)
    yield create_app(settings, database, Telephony(switchboard=Silent()))
    await database.dispose()


async def _build(database: Database, settings: Settings) -> None:
    await demo.load_all(database, settings)
    for module in features.modules("prepare"):
        if module.__name__.startswith("crm."):
            await module.prepare(settings, database, lambda _words: None)
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    offered = CallOffered(subject=f"call:{CALL}", at=at, ani="13800138001", dnis="96001")
    async with database.unit_of_work() as session:
        await append_all(session, [offered, CallEnded(subject=f"call:{CALL}", at=at)])
        session.add(CallTimeline(call_id=CALL, facts=[]))
        session.add(
            Interaction(id=CALL, ani="13800138001", began_at=at, ended_at=at, customer_id=1,
                        agent="8001", menu_path=[], keys=[], flows=[])
        )  # fmt: skip
    await database.dispose()


@pytest.fixture(scope="session")
def kept_cases() -> dict[str, Generated]:
    """Cases cost more than their answers: those of a route are made once for all roles."""
    return {}


@pytest.fixture
async def cases(town: FastAPI, kept_cases: dict[str, Generated]) -> Generated:
    """What schemathesis sends to this town."""
    sign_in(town, "admin")
    number = await order_number(town)
    if number not in kept_cases:
        kept_cases[number] = Generated(town, {**GOOD, "number": number})
    return kept_cases[number]


def sign_in(app: FastAPI, role: str) -> None:
    who = Principal(1, role, frozenset({role}), agent_number="8001", session_id="s1")

    async def authenticate(_request: Asked) -> Principal:
        return who

    app.state.authenticate = authenticate


async def order_number(app: FastAPI) -> str:
    """An order of the town that is not finished."""
    answer = await ask(app, Request("GET", b"/api/work-orders", b"open=true&limit=1"))
    return answer.body.decode().partition('"number":"')[2].partition('"')[0]


async def test_all_that_is_declared_is_sent(cases: Generated, town: FastAPI) -> None:
    assert set(cases.doors()) == set(routes.served(town))


@pytest.mark.parametrize("share", range(SHARES))
async def test_each_field_and_parameter_is_answered_as_declared_or_refused_in_words(
    town: FastAPI, cases: Generated, share: int
) -> None:
    wrong = list[str]()
    for door in cases.doors()[share::SHARES]:
        sign_in(town, who_may(town, door))
        wrong += await broken(town, cases, door, cases.edges(door, EACH))
    assert "\n".join(wrong[:WORDS_MAX]) == ""


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_whatever_a_role_sends_is_answered_as_declared_or_refused_in_words(
    town: FastAPI, cases: Generated, role: str
) -> None:
    sign_in(town, role)
    needs = routes.served(town)
    doors = [door for door in cases.doors() if routes.may(needs[door], role)]
    wrong = list[str]()
    for door in random.Random(f"{SEED} {role}").sample(doors, min(30 * EACH, len(doors))):
        wrong += await broken(town, cases, door, cases.any(door, 1 + EACH))
    assert "\n".join(wrong[:WORDS_MAX]) == ""


def who_may(app: FastAPI, door: Door) -> str:
    """The administrator, or else somebody."""
    needs = routes.served(app)[door]
    return next(role for role in ("admin", *ROLES) if routes.may(needs, role))


async def broken(app: FastAPI, cases: Generated, door: Door, sent: Iterable[Sent]) -> list[str]:
    """What is not answered, or otherwise than it is declared."""
    found = list[str]()
    for one in sent:
        answer = await _answer(app, one.request)
        why = fault(door, answer) or (cases.is_told(door) and one.broken(answer))
        if why:
            found.append(f"{answer.status} {one}: {why}")
    return found


def fault(door: Door, answer: Answer) -> str:
    """Why this is no answer; empty if it is one."""
    if 0 < answer.status < 400 or DOWN.get(door) == answer.status:
        return ""
    code = refusal(answer)
    if not answer.status or (answer.status >= 500 and code not in NOT_HERE):
        return f"a fault of ours: {answer.status}"
    return "" if code else f"a refusal without code and words: {answer.body[:80]!r}"


def refusal(answer: Answer) -> str:
    """The stable code of a refusal that has words in both languages; of a page, its words."""
    if answer.content_type.startswith("text/html"):
        return "".join(*WORDS.findall(answer.body.decode())[:1])
    if answer.content_type != JSON:
        return ""
    told = json.loads(answer.body)["error"]
    return str(told["code"]) if all(told["messages"][one] for one in LOCALES) else ""


async def _answer(app: FastAPI, request: Request) -> Answer:
    try:
        return await ask(app, request)
    except AssertionError:
        return Answer()


async def test_bytes_that_no_client_makes_are_answered_or_refused(town: FastAPI) -> None:
    sign_in(town, "admin")
    good, wrong = {**GOOD, "number": await order_number(town)}, list[str]()
    for target in targets(town, good):
        dice = random.Random(f"{SEED} {target}")  # the same, whatever routes come and go
        for words, request in target.attacks(dice, EACH):
            why = fault(Door(target.method, target.path), await _answer(town, request))
            if why:
                wrong.append(f"{target}: {words}: {why}")
    assert "\n".join(wrong[:WORDS_MAX]) == ""


async def crawl(app: FastAPI) -> tuple[list[Form], list[str]]:
    """Every form of every kind of page that links lead to, and links that lead nowhere."""
    seen, queue, forms, dead = set[str](), ["/"], dict[object, Form](), list[str]()
    while queue and len(seen) < PAGES_MAX:
        page = queue.pop(0)
        if fuzz.pattern(page) in seen or page.startswith(("/static/", "/live")):
            continue
        seen.add(fuzz.pattern(page))
        path, _mark, query = page.partition("#")[0].partition("?")
        answer = await ask(app, Request("GET", path.encode(), query.encode()))
        if answer.status >= 400:
            dead.append(f"{answer.status} {page}")
        queue += [answer.location] if answer.location else []
        reader = fuzz.Reader(page)
        reader.feed(answer.body.decode("utf-8", "replace"))
        queue += reader.links
        forms |= {form.key: form for form in reader.forms}
    return list(forms.values()), dead


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_every_link_leads_somewhere_and_every_form_bears_whatever_is_typed(
    town: FastAPI, role: str
) -> None:
    sign_in(town, role)
    forms, dead = await crawl(town)
    assert dead == []
    assert len(forms) > 1
    assert [form for form in forms if not _served(town, form)] == []
    dice, wrong = random.Random(SEED), list[str]()
    for form in forms:
        door = _served(town, form)[0]
        for name, _text in form.fields if form.action not in {"/sign-out", "/language"} else ():
            for value in dice.sample(fuzz.HOSTILE, min(EACH, len(fuzz.HOSTILE))):
                why = fault(door, await _answer(town, form.request(name, value)))
                if why:
                    wrong.append(f"{form.page}: {form.action} {name} = {value!r:.40}: {why}")
    assert "\n".join(wrong[:WORDS_MAX]) == ""


def _served(app: FastAPI, form: Form) -> list[Door]:
    """The routes that take it."""
    address = form.action.partition("?")[0]
    return [
        door
        for door in routes.served(app)
        if door.method == form.method and _like(door.path, address)
    ]


def _like(path: str, address: str) -> bool:
    parts, given = path.split("/"), address.split("/")
    return len(parts) == len(given) and all(
        part.startswith("{") or part == other for part, other in zip(parts, given, strict=True)
    )


def test_a_target_is_sent_whole_and_with_one_thing_wrong() -> None:
    target = Target(
        "POST", "/a/{number}",
        (fuzz.Field("path", "number", "7"), fuzz.Field("form", "note", "x")), json=False,
    )  # fmt: skip
    good = target.request()
    assert (good.path, good.body) == (b"/a/7", b"note=x")
    bad = [one for _words, one in target.attacks(random.Random(1), 99)]
    assert {one.body for one in bad if one.path != b"/a/7"} == {b"note=x"}
    assert b"note=%FF%FE" in {one.body for one in bad}
    assert b"/a/%00" in {one.path for one in bad}
