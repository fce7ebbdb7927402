"""Whatever is sent to whichever route by whoever: it is answered or refused, never a fault of ours.

``MAINLINE_TEST_FUZZ=1000`` sends all that is known for each parameter; the suite a few of them.
"""

import os
import random
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi import Request as Asked

from agentdesk.app import create_app
from agentdesk.description import description
from crm import demo
from crm.interactions.models import CallTimeline, Interaction
from mainline import features
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.permissions import ROLES
from mainline.web import Principal
from tests.agentdesk.conftest import Asterisk, Telephony
from tests.support import fuzz, routes
from tests.support.asking import Answer, Request, ask
from tests.support.fuzz import Form, Target, targets

EACH = int(os.environ.get("MAINLINE_TEST_FUZZ", "3"))
OTHERS = max(1, EACH // 10)
"""What other roles than the administrator reach, they reach by the same code."""
SEED = 20261127
PAGES_MAX, WORDS_MAX = 80, 40
FAULTS = {500, 501, 502, 504}
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
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> FastAPI:
    """The demo town with its rules, one call, and a telephone system that does all it is asked."""
    monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")
    await demo.load_all(sqlite_database, settings)
    for module in features.modules("prepare"):
        if module.__name__.startswith("crm."):
            await module.prepare(settings, sqlite_database, lambda _words: None)
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    offered = CallOffered(subject=f"call:{CALL}", at=at, ani="13800138001", dnis="96001")
    async with sqlite_database.unit_of_work() as session:
        await append_all(session, [offered, CallEnded(subject=f"call:{CALL}", at=at)])
        session.add(CallTimeline(call_id=CALL, facts=[]))
        session.add(
            Interaction(id=CALL, ani="13800138001", began_at=at, ended_at=at, customer_id=1,
                        agent="8001", menu_path=[], keys=[], flows=[])
        )  # fmt: skip
    return create_app(settings, sqlite_database, Telephony(switchboard=Silent()))


def sign_in(app: FastAPI, role: str) -> None:
    who = Principal(1, role, frozenset({role}), agent_number="8001", session_id="s1")

    async def authenticate(_request: Asked) -> Principal:
        return who

    app.state.authenticate = authenticate


async def order_number(app: FastAPI) -> str:
    """An order of the town that is not finished."""
    answer = await ask(app, Request("GET", b"/api/work-orders", b"open=true&limit=1"))
    return answer.body.decode().partition('"number":"')[2].partition('"')[0]


async def faults(app: FastAPI, sent: list[tuple[str, Request]]) -> str:
    """Those that were answered with a fault, not at all, or otherwise than the API says."""
    found, told = [], description(app)["paths"]
    for words, request in sent:
        answer = await _answer(app, request)
        operation = told.get(words.split(":")[0].partition(" ")[2], {})
        known = operation.get(request.method.lower(), {}).get("responses")
        elsewhere = ": path:" in words  # it may be another address, or none
        unknown = known is not None and not elsewhere and str(answer.status) not in known
        if answer.status in FAULTS or not answer.status or unknown:
            found.append(f"{answer.status} {words}")
    return "\n".join(found[:WORDS_MAX])


async def _answer(app: FastAPI, request: Request) -> Answer:
    try:
        return await ask(app, request)
    except AssertionError:
        return Answer()


async def attacks(app: FastAPI, role: str, each: int) -> list[tuple[str, Request]]:
    """What somebody of that role can send to the routes that are theirs."""
    sign_in(app, "admin")
    good = {**GOOD, "number": await order_number(app)}
    sign_in(app, role)
    sent = list[tuple[str, Request]]()
    for target in targets(app, good):
        if routes.may(routes.served(app)[routes.Door(target.method, target.path)], role):
            sent.append((f"{target}: as it should be", target.request()))
            dice = random.Random(f"{SEED} {target}")  # the same, whatever routes come and go
            sent += [(f"{target}: {words}", one) for words, one in target.attacks(dice, each)]
    return sent


async def test_no_parameter_of_any_route_makes_it_fail(town: FastAPI) -> None:
    sent = await attacks(town, "admin", EACH)
    assert len(sent) > 500
    assert await faults(town, sent) == ""


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"admin"}))
async def test_what_each_role_can_send_is_answered_or_refused(town: FastAPI, role: str) -> None:
    possible = await attacks(town, role, OTHERS)
    sent = random.Random(role).sample(possible, min(len(possible), 60 * OTHERS))
    assert await faults(town, sent) == ""


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
    dice = random.Random(SEED)
    sent = [
        (f"{form.page}: {form.action} {name} = {value!r:.40}", form.request(name, value))
        for form in forms if form.action not in {"/sign-out", "/language"}
        for name, _text in form.fields
        for value in dice.sample(fuzz.HOSTILE, min(OTHERS, len(fuzz.HOSTILE)))
    ]  # fmt: skip
    assert await faults(town, sent) == ""


def _served(app: FastAPI, form: Form) -> bool:
    """Whether a route takes it."""
    address = form.action.partition("?")[0]
    return any(
        door.method == form.method and _like(door.path, address) for door in routes.served(app)
    )


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
