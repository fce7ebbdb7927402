from typing import Any

import httpx
import pytest
from sqlalchemy import select

from ivr.models import LineMode
from mainline.db import Database
from mainline.errors import Unavailable
from mainline.journal import Event, entries_after
from mainline.journal.floor_events import AgentSignedOut, SupervisionStarted
from tests.agentdesk.supervisor.conftest import TALK
from tests.support.pages import Pages


async def ask(desk: Pages, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Sec-Fetch-Site": "same-origin"}
    return await desk.client.post(f"/board{path}", json=body, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def facts_after(database: Database, known: int) -> list[Event]:
    async with database.reading() as session:
        return [entry.event for entry in await entries_after(session, known)]


async def last(database: Database) -> int:
    async with database.reading() as session:
        return (await entries_after(session, 0))[-1].id


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
async def test_joining_a_talk_rings_the_leader_and_is_written_down(
    desk: Pages, sqlite_database: Database, mode: str
):
    known = await last(sqlite_database)
    answer = await ask(desk, "/agents/8001/join", {"mode": mode})
    assert answer.json() == {"call_id": "spy-1"}
    channel = f"PJSIP/agent-8001-{TALK}"
    assert desk.app.state.switchboard.asked == [("spy", "8100", "softphone", channel, mode)]
    (fact,) = await facts_after(sqlite_database, known)
    assert isinstance(fact, SupervisionStarted)
    assert (fact.subject, fact.leader, fact.agent, fact.mode) == (
        f"call:{TALK}", "zhao", "8001", mode,
    )  # fmt: skip


@pytest.mark.parametrize("number", ["8002", "8003", "8004"])
async def test_who_does_not_talk_cannot_be_listened_to(
    desk: Pages, sqlite_database: Database, number: str
):
    known = await last(sqlite_database)
    answer = await ask(desk, f"/agents/{number}/join", {"mode": "listen"})
    assert refusal(answer) == (409, "not-talking")
    assert desk.app.state.switchboard.asked == []
    assert await facts_after(sqlite_database, known) == []


async def test_a_leader_without_a_telephone_is_told_so(desk: Pages):
    desk.sign_in("leader", number=None)
    assert refusal(await ask(desk, "/agents/8001/join", {"mode": "listen"})) == (
        409,
        "no-telephone",
    )


async def test_nobody_listens_in_on_themselves(desk: Pages):
    desk.sign_in("leader", number="8001")
    assert refusal(await ask(desk, "/agents/8001/join", {"mode": "listen"})) == (409, "own-call")


async def test_with_the_telephone_system_away_nothing_is_written_down(
    desk: Pages, sqlite_database: Database
):
    async def away(*_args: object) -> str:
        raise Unavailable

    desk.app.state.switchboard.spy = away
    known = await last(sqlite_database)
    answer = await ask(desk, "/agents/8001/join", {"mode": "listen"})
    assert refusal(answer) == (503, "unavailable")
    assert await facts_after(sqlite_database, known) == []


async def test_the_pages_softphone_gets_a_password_of_its_own(desk: Pages):
    first = (await ask(desk, "/telephone", {})).json()
    second = (await ask(desk, "/telephone", {})).json()
    assert (first["user"], first["password"]) == ("agent-8100", "secret-1")
    assert second["password"] == "secret-2"


@pytest.mark.parametrize(
    ("number", "wish", "asked", "facts"),
    [
        ("8002", "pause", [("pause", "8002", "softphone", "leader")], ["agent.paused"]),
        ("8003", "ready", [("unpause", "8003", "softphone")], ["agent.ready"]),
        ("8001", "ready", [("pause", "8001", "softphone", "wrapup")], ["agent.ready"]),
        (
            "8002",
            "sign-out",
            [
                ("queue_remove", "repair", "8002", "softphone"),
                ("queue_remove", "service", "8002", "softphone"),
            ],
            ["agent.signed_out"],
        ),
    ],
)
async def test_a_leader_sets_an_agents_state(
    desk: Pages, sqlite_database: Database, number: str, wish: str, asked: list[Any],
    facts: list[str],
):  # fmt: skip
    known = await last(sqlite_database)
    answer = await ask(desk, f"/agents/{number}/state", {"wish": wish})
    assert answer.status_code == 204
    assert desk.app.state.switchboard.asked == asked
    told = await facts_after(sqlite_database, known)
    assert [fact.kind for fact in told] == facts
    assert {fact.subject for fact in told} == {f"agent:{number}"}


async def test_signing_out_an_agent_takes_the_softphones_password(
    desk: Pages, sqlite_database: Database
):
    known = await last(sqlite_database)
    await ask(desk, "/agents/8002/state", {"wish": "sign-out"})
    assert desk.app.state.ari.dropped == ["agent-8002"]
    (fact,) = await facts_after(sqlite_database, known)
    assert isinstance(fact, AgentSignedOut)
    assert fact.by == "leader"


async def test_signing_out_who_talks_does_not_cut_the_call(desk: Pages):
    await ask(desk, "/agents/8001/state", {"wish": "sign-out"})
    assert desk.app.state.ari.dropped == []


async def test_who_is_not_here_cannot_be_made_ready(desk: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    assert refusal(await ask(desk, "/agents/8004/state", {"wish": "ready"})) == (
        409,
        "not-on-duty",
    )
    desk.app.state.switchboard.absent = {"8003"}
    assert refusal(await ask(desk, "/agents/8003/state", {"wish": "ready"})) == (
        409,
        "not-on-duty",
    )
    assert await facts_after(sqlite_database, known) == []


async def line_modes(database: Database) -> dict[str, str]:
    async with database.reading() as session:
        return {row.dnis: row.mode for row in await session.scalars(select(LineMode))}


async def test_night_service_is_switched_by_hand_and_back(desk: Pages, sqlite_database: Database):
    assert (await ask(desk, "/lines/96777", {"mode": "night"})).status_code == 204
    assert await line_modes(sqlite_database) == {"96777": "night"}
    found = (await desk.get("/board/picture")).json()["lines"]
    assert {line["dnis"]: line["mode"] for line in found}["96777"] == "night"
    await ask(desk, "/lines/96777", {"mode": "auto"})
    assert await line_modes(sqlite_database) == {}


async def test_a_line_we_do_not_have_cannot_be_switched(desk: Pages, sqlite_database: Database):
    assert (await ask(desk, "/lines/110", {"mode": "night"})).status_code == 404
    assert await line_modes(sqlite_database) == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/agents/8001/join", {"mode": "record"}),
        ("/agents/8001/state", {"wish": "fired"}),
        ("/agents/80 01/state", {"wish": "ready"}),
        ("/agents/8001;x/join", {"mode": "listen"}),
        ("/lines/96777", {"mode": "off"}),
        ("/lines/96777", {"mode": "night", "by": "somebody else"}),
    ],
)
async def test_nonsense_is_refused(desk: Pages, path: str, body: dict[str, str]):
    assert (await ask(desk, path, body)).status_code == 422
    assert desk.app.state.switchboard.asked == []


@pytest.mark.parametrize("role", ["agent", "quality", "dispatcher"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/agents/8001/join", {"mode": "listen"}),
        ("/agents/8002/state", {"wish": "pause"}),
        ("/lines/96777", {"mode": "night"}),
        ("/telephone", {}),
    ],
)
async def test_only_leaders_lay_hands_on_the_floor(
    desk: Pages, sqlite_database: Database, role: str, path: str, body: dict[str, str]
):
    desk.sign_in(role, number="8002")
    assert (await ask(desk, path, body)).status_code == 403
    assert desk.app.state.switchboard.asked == []
    assert desk.app.state.ari.made == []
    assert await line_modes(sqlite_database) == {}


async def test_another_site_cannot_make_a_leaders_browser_act(desk: Pages):
    answer = await desk.client.post(
        "/board/agents/8001/join",
        json={"mode": "barge"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert desk.app.state.switchboard.asked == []
