"""The leader's hand on callers and agents: done once, written down with who and why, or refused."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from agi.chores import lines
from crm.interactions.models import Note, QueueVisit
from crm.staff.queries import agent
from dialplan.contract import LAST_RESORT_PENALTY
from ivr.models import LineMode
from ivr.modes import BY_TIME, modes
from mainline.asterisk.snapshots import Waiting
from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.journal.floor_events import (
    AgentCalled,
    AgentMoved,
    AgentPaused,
    CallerFetched,
    CallerRaised,
    LineModeSet,
    NoteRecorded,
    SupervisionStarted,
)
from tests.agentdesk.supervisor.conftest import TALK, WAIT, ago, tell
from tests.agentdesk.supervisor.test_floor import ask, facts_after, last, refusal
from tests.support.clock import StandingClock
from tests.support.pages import Pages

CHANNEL = f"PJSIP/trunk-{WAIT}"


def in_queue(
    position: int, priority: int, channel: str = CHANNEL, queue: str = "billing"
) -> Waiting:
    return Waiting(queue, channel, "", position, 30, priority)


@pytest.fixture
def waiting(desk: Pages) -> Pages:
    """Somebody with priority 20 stands before our caller, who has 10."""
    first = in_queue(1, 20, "PJSIP/trunk-first")
    elsewhere = in_queue(1, 90, "PJSIP/trunk-elsewhere", "repair")
    desk.app.state.switchboard.waiting = [first, in_queue(2, 10), elsewhere]
    return desk


async def the_fact(database: Database, known: int) -> Event:
    (fact,) = await facts_after(database, known)
    return fact


async def test_a_raised_caller_goes_before_the_others_of_the_queue(
    waiting: Pages, sqlite_database: Database
):
    known = await last(sqlite_database)
    answer = await ask(waiting, f"/callers/{WAIT}/raise", {"why": "third call today"})
    assert answer.json() == {"priority": 21}
    assert waiting.app.state.switchboard.asked == [("priority", "billing", CHANNEL, 21)]
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, CallerRaised)
    assert (fact.subject, fact.queue, fact.priority) == (f"call:{WAIT}", "billing", 21)
    assert (fact.by, fact.why) == ("zhao", "third call today")


async def test_the_board_shows_the_priority_a_leader_gave(desk: Pages, sqlite_database: Database):
    raised = CallerRaised(
        subject=f"call:{WAIT}", at=ago(1), queue="billing", priority=21, by="zhao"
    )
    await tell(sqlite_database, raised)
    (caller,) = (await desk.get("/board/picture")).json()["waiting"]
    assert caller["priority"] == 21
    async with sqlite_database.reading() as session:
        visit = await session.scalar(select(QueueVisit).where(QueueVisit.call_id == WAIT))
    assert visit is not None
    assert visit.how is None


async def test_who_is_first_already_is_not_raised(waiting: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    waiting.app.state.switchboard.waiting = [in_queue(1, 10)]
    answer = await ask(waiting, f"/callers/{WAIT}/raise", {})
    assert refusal(answer) == (409, "first-already")
    assert await facts_after(sqlite_database, known) == []


async def test_nobody_is_let_past_an_emergency(waiting: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    leak = in_queue(1, 100, "PJSIP/trunk-leak")
    waiting.app.state.switchboard.waiting = [leak, in_queue(2, 10)]
    answer = await ask(waiting, f"/callers/{WAIT}/raise", {})
    assert refusal(answer) == (409, "emergencies-first")
    assert waiting.app.state.switchboard.asked == []
    assert await facts_after(sqlite_database, known) == []


@pytest.mark.parametrize("act", ["raise", "fetch"])
@pytest.mark.parametrize("how", ["answered already", "in the same moment"])
async def test_a_caller_who_no_longer_waits_is_left_in_peace(
    waiting: Pages, sqlite_database: Database, act: str, how: str
):
    known = await last(sqlite_database)
    switchboard = waiting.app.state.switchboard
    if how == "answered already":
        switchboard.waiting = [in_queue(1, 20, "PJSIP/trunk-first")]
    else:
        switchboard.refuses = "Could not find caller"
    answer = await ask(waiting, f"/callers/{WAIT}/{act}", {})
    assert refusal(answer) == (409, "no-longer-waiting")
    assert switchboard.asked == []
    assert await facts_after(sqlite_database, known) == []


@pytest.mark.parametrize(("named", "rings"), [(None, "8100"), ("8002", "8002"), ("8003", "8003")])
async def test_a_caller_is_put_through_to_the_leader_or_to_an_agent(
    waiting: Pages, sqlite_database: Database, named: str | None, rings: str
):
    known = await last(sqlite_database)
    body = {"agent": named} if named else {}
    assert (await ask(waiting, f"/callers/{WAIT}/fetch", body)).json() == {"agent": rings}
    asked = waiting.app.state.switchboard.asked
    assert asked == [
        ("withdraw", "billing", CHANNEL, f"fetch-{rings}"),
        ("stop_ringing", WAIT),
    ]
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, CallerFetched)
    assert (fact.agent, fact.queue, fact.by) == (rings, "billing", "zhao")


@pytest.mark.parametrize(
    ("agent", "code"), [("8001", "agent-in-call"), ("8004", "not-on-duty"), ("8999", "not-found")]
)
async def test_a_caller_is_not_put_through_where_nobody_can_answer(
    waiting: Pages, sqlite_database: Database, agent: str, code: str
):
    known = await last(sqlite_database)
    assert refusal(await ask(waiting, f"/callers/{WAIT}/fetch", {"agent": agent}))[1] == code
    assert waiting.app.state.switchboard.asked == []
    assert await facts_after(sqlite_database, known) == []


async def test_the_leader_takes_a_talk_over(desk: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    assert (await ask(desk, "/agents/8001/take-over", {"why": "threats"})).status_code == 204
    asked = desk.app.state.switchboard.asked
    assert asked == [
        ("tell", f"PJSIP/trunk-{TALK}", "MAINLINE_FROM", "8001"),
        ("redirect", f"PJSIP/trunk-{TALK}", "ml-take", "8100"),
    ]
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, SupervisionStarted)
    assert (fact.subject, fact.mode, fact.agent) == (f"call:{TALK}", "take-over", "8001")
    assert (fact.leader, fact.why) == ("zhao", "threats")


async def test_a_talk_that_has_just_ended_cannot_be_taken_over(
    desk: Pages, sqlite_database: Database
):
    known = await last(sqlite_database)
    desk.app.state.switchboard.absent = {"8001"}
    assert refusal(await ask(desk, "/agents/8001/take-over", {})) == (409, "agent-gone")
    desk.app.state.switchboard.absent = set()
    desk.app.state.switchboard.refuses = "Channel does not exist"
    assert refusal(await ask(desk, "/agents/8001/take-over", {})) == (409, "agent-gone")
    assert refusal(await ask(desk, "/agents/8002/take-over", {})) == (409, "not-talking")
    assert await facts_after(sqlite_database, known) == []


async def test_an_agent_is_moved_in_the_books_and_in_the_queues(
    desk: Pages, sqlite_database: Database
):
    known = await last(sqlite_database)
    body = {"queues": {"billing": 2}, "why": "bills are out"}
    assert (await ask(desk, "/agents/8002/queues", body)).status_code == 204
    async with sqlite_database.reading() as session:
        assert (await agent(session, "8002")).queues == {"billing": 2}
    assert desk.app.state.switchboard.asked == [
        ("queue_add", "service", "8002", "softphone", LAST_RESORT_PENALTY, ""),
        ("penalty", "service", "8002", "softphone", LAST_RESORT_PENALTY),
        ("queue_add", "billing", "8002", "softphone", 2, ""),
        ("penalty", "billing", "8002", "softphone", 2),
        ("queue_remove", "repair", "8002", "softphone"),
    ]
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, AgentMoved)
    assert (fact.queues, fact.by, fact.why) == ({"billing": 2}, "zhao", "bills are out")


async def test_who_is_not_ready_is_moved_in_the_books_alone(desk: Pages, sqlite_database: Database):
    assert (await ask(desk, "/agents/8003/queues", {"queues": {"service": 0}})).status_code == 204
    assert desk.app.state.switchboard.asked == []
    async with sqlite_database.reading() as session:
        assert (await agent(session, "8003")).queues == {"service": 0}


async def test_a_moved_agent_who_talks_gets_no_second_call_from_the_new_queue(desk: Pages):
    await ask(desk, "/agents/8001/queues", {"queues": {"billing": 0}})
    added = [words for words in desk.app.state.switchboard.asked if words[0] == "queue_add"]
    assert [words[-1] for words in added] == ["talking", "talking"]


@pytest.mark.parametrize("queues", [{"nowhere": 0}, {"billing": 99}, {"billing": -1}])
async def test_nobody_is_moved_where_there_is_no_queue(
    desk: Pages, sqlite_database: Database, queues: dict[str, int]
):
    known = await last(sqlite_database)
    assert (await ask(desk, "/agents/8002/queues", {"queues": queues})).status_code == 422
    async with sqlite_database.reading() as session:
        assert (await agent(session, "8002")).queues == {"repair": 0}
    assert await facts_after(sqlite_database, known) == []


async def test_the_leader_calls_an_agent(desk: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    assert (await ask(desk, "/agents/8002/call", {})).json() == {"call_id": "call-1"}
    assert desk.app.state.switchboard.asked == [("call", "8100", "softphone", "8002")]
    assert isinstance(await the_fact(sqlite_database, known), AgentCalled)
    assert refusal(await ask(desk, "/agents/8004/call", {})) == (409, "not-on-duty")


async def test_a_state_that_a_leader_sets_says_who_and_why(desk: Pages, sqlite_database: Database):
    known = await last(sqlite_database)
    await ask(desk, "/agents/8002/state", {"wish": "pause", "why": "visitor"})
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, AgentPaused)
    assert (fact.reason, fact.leader, fact.why) == ("leader", "zhao", "visitor")


@pytest.mark.parametrize(
    ("path", "subject"), [(f"/calls/{TALK}", f"call:{TALK}"), ("/agents/8001", "agent:8001")]
)
async def test_notes_are_kept_with_their_author_and_the_journal_holds_no_text(
    desk: Pages, sqlite_database: Database, path: str, subject: str
):
    known = await last(sqlite_database)
    assert (await ask(desk, f"{path}/notes", {"text": " calm and clear "})).status_code == 204
    async with sqlite_database.reading() as session:
        (note,) = await session.scalars(select(Note))
    assert (note.subject, note.author, note.text) == (subject, "zhao", "calm and clear")
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, NoteRecorded)
    assert (fact.subject, fact.note_id, fact.by) == (subject, note.id, "zhao")
    assert "calm" not in fact.model_dump_json()


async def test_notes_on_an_agent_are_read_newest_first(desk: Pages):
    for text in ("first", "second"):
        await ask(desk, "/agents/8001/notes", {"text": text})
    found = (await desk.get("/board/agents/8001/notes")).json()
    assert [note["text"] for note in found] == ["second", "first"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/agents/8999/notes", {"text": "who?"}, 404),
        ("/calls/ml0-0.0/notes", {"text": "which?"}, 404),
        ("/agents/8001/notes", {"text": "   "}, 422),
        ("/agents/8001/notes", {"text": "x" * 1001}, 422),
    ],
)
async def test_notes_about_nothing_are_refused(
    desk: Pages, sqlite_database: Database, path: str, body: dict[str, str], status: int
):
    assert (await ask(desk, path, body)).status_code == status
    async with sqlite_database.reading() as session:
        assert list(await session.scalars(select(Note))) == []


@pytest.mark.parametrize("role", ["agent", "quality", "dispatcher"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/callers/{WAIT}/raise", {}),
        (f"/callers/{WAIT}/fetch", {}),
        ("/agents/8001/take-over", {}),
        ("/agents/8002/queues", {"queues": {}}),
        ("/agents/8002/call", {}),
        ("/agents/8002/notes", {"text": "hm"}),
        (f"/calls/{TALK}/notes", {"text": "hm"}),
    ],
)
async def test_only_leaders_intervene(waiting: Pages, role: str, path: str, body: dict[str, Any]):
    waiting.sign_in(role, number="8002")
    answer: httpx.Response = await ask(waiting, path, body)
    assert answer.status_code == 403
    assert waiting.app.state.switchboard.asked == []


async def test_a_line_is_given_back_when_its_time_is_over(
    clock: StandingClock, desk: Pages, sqlite_database: Database
):
    known = await last(sqlite_database)
    until = clock.at.replace(hour=4).isoformat()
    body = {"mode": "holiday", "until": until, "why": "mourning"}
    assert (await ask(desk, "/lines/96777", body)).status_code == 204
    async with sqlite_database.unit_of_work() as session:
        assert await modes(session) == {"96777": "holiday"}
    await lines(sqlite_database)
    assert len(await facts_after(sqlite_database, known)) == 1
    known = await last(sqlite_database)
    clock.forward(hours=2)
    async with sqlite_database.reading() as session:
        assert await modes(session) == {}
    await lines(sqlite_database)
    await lines(sqlite_database)
    async with sqlite_database.unit_of_work() as session:
        assert await modes(session) == {}
        assert list(await session.scalars(select(LineMode))) == []
    fact = await the_fact(sqlite_database, known)
    assert isinstance(fact, LineModeSet)
    assert (fact.subject, fact.mode, fact.by) == ("line:96777", "auto", BY_TIME)


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "night", "until": "2020-01-01T00:00:00Z"},
        {"mode": "auto", "until": "2099-01-01T00:00:00Z"},
    ],
)
async def test_an_end_that_has_passed_or_ends_nothing_is_refused(
    desk: Pages, sqlite_database: Database, body: dict[str, str]
):
    assert (await ask(desk, "/lines/96777", body)).status_code == 422
    async with sqlite_database.reading() as session:
        assert await modes(session) == {}


async def test_old_facts_without_a_leader_are_still_read(sqlite_database: Database):
    async with sqlite_database.unit_of_work() as session:
        await append_all(session, [AgentPaused(subject="agent:8001", reason="break")])
    (fact,) = await facts_after(sqlite_database, 0)
    assert isinstance(fact, AgentPaused)
    assert (fact.leader, fact.why) == ("", "")
