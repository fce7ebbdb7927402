from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from crm.staff.floor import Fact, in_order, standing_after, stints
from crm.staff.models import AgentFact, AgentState, AgentStint
from crm.staff.subscribers import forget
from crm.staff.subscribers import take_in as take_batch
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import CallEnded, CallPlaced
from mainline.journal.floor_events import (
    AgentPaused,
    AgentProven,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapupEnded,
)
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentMissed, AgentOffered
from tests.crm.calls import NINE, take_in

DAY = [
    (0, "agent.signed_in", "", ""),
    (10, "agent.ready", "", ""),
    (60, "agent.offered", "c1", ""),
    (65, "agent.answered", "c1", ""),
    (125, "agent.left_call", "c1", ""),
    (125.5, "call.ended", "c1", ""),
    (150, "agent.wrapup_ended", "", ""),
    (160, "agent.offered", "c2", ""),
    (170, "agent.missed", "c2", ""),
    (180, "agent.paused", "", "lunch"),
    (200, "agent.ready", "", ""),
    (300, "agent.signed_out", "", ""),
]


def story(*told: tuple[float, str, str, str]) -> list[Fact]:
    return [Fact(NINE + timedelta(seconds=at), kind, call, why) for at, kind, call, why in told]


def states(*told: tuple[float, str, str, str]) -> list[tuple[str, str, float]]:
    return [
        (one.state, one.reason, (one.began_at - NINE).total_seconds())
        for one in stints(story(*told))
    ]


def test_a_day_on_the_floor() -> None:
    assert states(*DAY) == [
        ("paused", "signed-in", 0),
        ("ready", "", 10),
        ("ringing", "", 60),
        ("talking", "", 65),
        ("wrapup", "", 125),
        ("ready", "", 150),
        ("ringing", "", 160),
        ("ready", "", 170),
        ("paused", "lunch", 180),
        ("ready", "", 200),
        ("closed", "", 300),
    ]


def test_time_is_covered_without_gaps() -> None:
    made = stints(story(*DAY))
    assert [one.ended_at for one in made[:-1]] == [one.began_at for one in made[1:]]
    assert made[-1].ended_at is None


def test_a_pause_asked_for_in_mid_call_begins_after_wrap_up() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "agent.answered", "c", ""),
        (2, "agent.paused", "", "lunch"),
        (3, "agent.left_call", "c", ""),
        (4, "agent.wrapup_ended", "", ""),
    )
    assert [(state, why) for state, why, _ in told] == [
        ("ready", ""),
        ("talking", ""),
        ("wrapup", ""),
        ("paused", "lunch"),
    ]


def test_who_signs_out_while_talking_is_closed_when_the_call_ends_without_wrap_up() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "agent.answered", "c", ""),
        (2, "agent.signed_out", "", ""),
        (3, "agent.left_call", "c", ""),
    )
    assert [state for state, _, _ in told] == ["ready", "talking", "closed"]


def test_the_end_of_another_call_changes_nothing() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "agent.answered", "c", ""),
        (2, "call.ended", "other", ""),
        (2, "agent.missed", "other", ""),
    )
    assert [state for state, _, _ in told] == ["ready", "talking"]


def test_an_outgoing_call_is_talk_and_wrap_up_too() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "call.placed", "o", ""),
        (9, "call.ended", "o", ""),
        (12, "agent.wrapup_ended", "", ""),
    )
    assert [state for state, _, _ in told] == ["ready", "talking", "wrapup", "ready"]


@pytest.mark.parametrize("at", [2, 4, 6, 8])
def test_ready_is_a_word_for_afterwards_and_ends_no_wrap_up(at: int) -> None:
    told = states(
        *sorted(
            [
                (0, "agent.paused", "", "lunch"),
                (1, "agent.answered", "c", ""),
                (3, "agent.held", "c", ""),
                (5, "agent.reserved", "c", ""),
                (7, "agent.released", "c", ""),
                (at, "agent.ready", "", ""),
                (9, "agent.wrapup_ended", "", ""),
            ]
        )
    )
    assert [(state, when) for state, _, when in told] == [
        ("paused", 0), ("talking", 1), ("held", 3), ("reserved", 5), ("wrapup", 7), ("ready", 9),
    ]  # fmt: skip


WRAPS_UP = [(0, "agent.ready", "", ""), (1, "agent.answered", "c", ""),
            (2, "agent.left_call", "c", "")]  # fmt: skip
RESERVED = [(0, "agent.ready", "", ""), (1, "agent.answered", "c", ""),
            (2, "agent.reserved", "c", "")]  # fmt: skip


@pytest.mark.parametrize("before", [WRAPS_UP, RESERVED])
@pytest.mark.parametrize(
    "rings",
    [
        [(3, "agent.offered", "d", ""), (4, "agent.missed", "d", "")],
        [(3, "agent.offered", "d", ""), (4, "call.ended", "d", "")],
        [(3, "agent.offered", "d", ""), (4, "agent.corrected", "d", "gone")],
        [(3, "agent.offered", "c", ""), (4, "agent.missed", "c", "")],
        [(3, "agent.offered", "e", ""), (3.5, "agent.offered", "d", ""),
         (3.6, "agent.missed", "e", ""), (4, "agent.missed", "d", "")],
        [(3, "agent.offered", "d", ""), (3.5, "agent.ready", "", ""),
         (4, "agent.missed", "d", "")],
    ],
)  # fmt: skip
def test_a_ring_that_nobody_answers_leaves_the_wrap_up_that_it_interrupted(
    before: list[tuple[float, str, str, str]], rings: list[tuple[float, str, str, str]]
) -> None:
    made = stints(story(*before, *rings, (9, "agent.wrapup_ended", "", "")))
    shown = [(one.state, one.call_id, (one.began_at - NINE).total_seconds()) for one in made[-2:]]
    assert shown == [("wrapup", "c", 4), ("ready", "", 9)]


@pytest.mark.parametrize(
    ("meanwhile", "state"),
    [("agent.wrapup_ended", "ready"), ("agent.signed_out", "closed"), ("agent.paused", "wrapup")],
)
def test_what_ends_a_wrap_up_ends_an_interrupted_one_too(meanwhile: str, state: str) -> None:
    facts = story(*WRAPS_UP, (3, "agent.offered", "d", ""), (4, meanwhile, "", "lunch"),
                  (5, "agent.missed", "d", ""))  # fmt: skip
    assert standing_after(facts).state == state


def test_an_answered_ring_has_its_own_wrap_up_and_no_other() -> None:
    facts = story(*WRAPS_UP, (3, "agent.offered", "d", ""), (4, "agent.answered", "d", ""),
                  (5, "agent.left_call", "d", ""), (6, "agent.wrapup_ended", "", ""))  # fmt: skip
    assert [(one.state, one.call_id) for one in stints(facts)][-4:] == [
        ("ringing", "d"), ("talking", "d"), ("wrapup", "d"), ("ready", ""),
    ]  # fmt: skip


def test_hold_is_a_state_of_its_own_and_a_reserved_agent_waits_for_the_caller() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "agent.answered", "c", ""),
        (2, "agent.resumed", "c", ""),
        (3, "agent.held", "c", ""),
        (4, "agent.held", "other", ""),
        (5, "agent.resumed", "c", ""),
        (6, "agent.reserved", "c", ""),
        (7, "agent.left_call", "c", ""),
        (8, "agent.offered", "c", ""),
        (9, "agent.answered", "c", ""),
        (10, "agent.left_call", "c", ""),
    )
    assert [(state, at) for state, _, at in told] == [
        ("ready", 0),
        ("talking", 1),
        ("held", 3),
        ("talking", 5),
        ("reserved", 6),
        ("ringing", 8),
        ("talking", 9),
        ("wrapup", 10),
    ]


@pytest.mark.parametrize("end", ["agent.released", "call.ended"])
def test_who_was_reserved_in_vain_has_a_wrap_up(end: str) -> None:
    told = states((0, "agent.answered", "c", ""), (0, "agent.ready", "", ""),
                  (1, "agent.reserved", "c", ""), (2, end, "c", ""))  # fmt: skip
    assert [state for state, _, _ in told] == ["talking", "reserved", "wrapup"]


def test_a_phantom_ends_as_a_call_does_and_a_lost_answer_is_made_up_for() -> None:
    told = states(
        (0, "agent.ready", "", ""),
        (1, "agent.offered", "c", ""),
        (2, "agent.corrected", "c", "gone"),
        (3, "agent.corrected", "d", "talking"),
        (4, "agent.corrected", "c", "gone"),
        (5, "agent.corrected", "d", "gone"),
    )
    assert [state for state, _, _ in told] == ["ready", "ringing", "ready", "talking", "wrapup"]


def events(number: str = "8001") -> list[Event]:
    def at(seconds: float) -> Any:
        return NINE + timedelta(seconds=seconds)

    me, call = f"agent:{number}", {"subject": "call:c1", "agent": number}
    return [
        AgentSignedIn(subject=me, at=at(0), station="phone"),
        AgentProven(subject=me, at=at(5), microphone=True, socket=True, echo=True),
        AgentReady(subject=me, at=at(10)),
        AgentOffered(**call, at=at(60)),
        AgentAnswered(**call, at=at(65)),
        AgentLeftCall(**call, at=at(125)),
        CallEnded(subject="call:c1", at=at(125.5)),
        AgentWrapupEnded(subject=me, at=at(150)),
        AgentOffered(subject="call:c2", agent=number, at=at(160)),
        AgentMissed(subject="call:c2", agent=number, at=at(170)),
        AgentSignedOut(subject=me, at=at(180)),
        AgentSignedIn(subject=me, at=at(190)),
        AgentReady(subject=me, at=at(191)),
        CallPlaced(subject="call:c3", agent=number, number="13800008000", at=at(200)),
        CallEnded(subject="call:c3", at=at(230)),
        AgentPaused(subject=me, at=at(240), reason="lunch"),
    ]


async def test_the_books_remember_the_wrap_up_that_a_ring_interrupts(database: Database) -> None:
    def at(seconds: float) -> Any:
        return NINE + timedelta(seconds=seconds)

    other = {"subject": "call:c9", "agent": "8001"}
    told = [
        (*events()[:6], AgentOffered(**other, at=at(130))),
        (AgentMissed(**other, at=at(155)),),
        (AgentWrapupEnded(subject="agent:8001", at=at(160)),),
    ]
    seen = []
    for batch in told:
        await take_in(database, *batch, consumer="floor")
        async with database.reading() as session:
            state = await session.get_one(AgentState, "8001")
        seen.append((state.state, state.call_id, state.interrupted))
    assert seen == [("ringing", "c9", "c1"), ("wrapup", "c1", None), ("ready", None, None)]


async def shown(database: Database, number: str = "8001") -> list[tuple[Any, ...]]:
    async with database.reading() as session:
        rows = await session.scalars(
            select(AgentStint).where(AgentStint.agent == number).order_by(AgentStint.began_at)
        )
        return [(r.state, r.reason, r.call_id, r.began_at, r.ended_at) for r in rows]


async def test_the_floor_is_built_from_the_journal(database: Database) -> None:
    await take_in(database, *events(), consumer="floor")
    async with database.reading() as session:
        state = await session.get_one(AgentState, "8001")
    assert (state.state, state.call_id, state.word, state.station) == (
        "wrapup",
        "c3",
        "paused",
        "softphone",
    )
    assert state.since == NINE + timedelta(seconds=230)
    assert state.proven is not None
    assert state.proven["echo"] is True
    assert [row[0] for row in await shown(database)] == [
        "paused",
        "ready",
        "ringing",
        "talking",
        "wrapup",
        "ready",
        "ringing",
        "ready",
        "closed",
        "paused",
        "ready",
        "talking",
        "wrapup",
    ]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
async def test_late_and_repeated_facts_give_the_same_floor(
    sqlite_database: Database, data: st.DataObject
) -> None:
    # call.ended names no agent: it can only be understood when the agent's part in the call is
    # known, which the call's record guarantees
    told = [event for event in events() if not isinstance(event, CallEnded)]
    shuffled = data.draw(st.permutations(told + told[:3]))
    async with sqlite_database.unit_of_work() as session:
        await forget(session)
        while shuffled:
            size = data.draw(st.integers(1, len(shuffled)))
            await take_batch(session, shuffled[:size])
            shuffled = shuffled[size:]
    facts = in_order(
        Fact(event.at, event.kind, event.subject[5:] if "call:" in event.subject else "", why)
        for event in told
        if not isinstance(event, AgentProven)
        for why in [getattr(event, "reason", "")]
    )
    assert await shown(sqlite_database) == [
        (one.state, one.reason, one.call_id or None, one.began_at, one.ended_at)
        for one in stints(facts)
    ]
    async with sqlite_database.reading() as session:
        state = await session.get_one(AgentState, "8001")
    assert state.state == standing_after(facts).state


async def test_a_made_up_agent_number_is_not_taken_in(sqlite_database: Database) -> None:
    long = AgentReady(subject="agent:" + "9" * 40)
    await take_in(sqlite_database, long, consumer="floor")
    async with sqlite_database.reading() as session:
        assert list(await session.scalars(select(AgentState))) == []


@pytest.mark.parametrize("table", [AgentFact, AgentState, AgentStint])
async def test_forgetting_empties_the_projection(
    sqlite_database: Database, table: type[AgentFact]
) -> None:
    await take_in(sqlite_database, *events(), consumer="floor")
    async with sqlite_database.unit_of_work() as session:
        await forget(session)
        assert (await session.execute(delete(table))).rowcount == 0  # type: ignore[attr-defined]
