from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.interactions.facts import event_of, plain, with_fact
from crm.interactions.models import CallTimeline, Interaction, QueueVisit
from crm.interactions.rebuild import rebuild
from crm.interactions.summary import summarise
from mainline.db import Base, Database
from mainline.journal import Event
from mainline.journal.call_events import (
    CallDegraded,
    CallEnded,
    CallOffered,
    CallPlaced,
    CallRefused,
    MessageLeft,
    QueueEntered,
    QueueLeft,
)
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentMissed, CallTransferred
from tests.crm.calls import (
    NINE,
    abandoned_call,
    answered_call,
    facts,
    self_served_call,
    take_in,
)


def row(events: list[Event]) -> dict[str, Any]:
    summary = summarise(events)
    assert summary is not None
    return summary.columns


async def rows(database: Database, table: type[Base]) -> list[dict[str, Any]]:
    async with database.reading() as session:
        found = await session.execute(select(table.__table__))
        return sorted((dict(one._mapping) for one in found), key=str)


def test_an_answered_call_is_told_in_one_row() -> None:
    assert row(answered_call()) == {
        "began_at": NINE,
        "direction": "in",
        "ani": "13800008000",
        "ani_tail": "8000",
        "dnis": "96777",
        "offered_at": NINE,
        "identified_at": NINE + timedelta(seconds=0.2),
        "queued_at": NINE + timedelta(seconds=6),
        "answered_at": NINE + timedelta(seconds=16),
        "ended_at": NINE + timedelta(seconds=76),
        "identified_how": "ani",
        "customer_id": 7,
        "account_id": 3,
        "candidates": 1,
        "menu": "main",
        "menu_version": 2,
        "language": "zh",
        "menu_path": ["hello", "main"],
        "keys": ["1"],
        "flows": [],
        "queue": "repair",
        "agent": "8001",
        "transfers": 0,
        "wait_s": 10.0,
        "talk_s": 60.0,
        "reason": None,
        "disposed_at": None,
        "recording_started_at": NINE + timedelta(seconds=0.1),
        "recording_id": 11,
        "message_file": None,
        "degraded": False,
        "emergency": None,
        "repeats": 0,
        "outcome": "answered",
    }


def test_who_gives_up_waiting_has_abandoned_and_is_nobody_we_know() -> None:
    told = row(abandoned_call())
    assert (told["outcome"], told["wait_s"], told["talk_s"]) == ("abandoned", 20.0, None)
    assert (told["customer_id"], told["identified_at"], told["identified_how"]) == (
        None,
        None,
        "none",
    )


def test_who_is_served_by_the_machine_has_not_abandoned() -> None:
    assert row(self_served_call())["outcome"] == "self-served"
    only_identified = [
        event for event in self_served_call() if event.at != NINE + timedelta(seconds=9)
    ]
    assert row(only_identified)["outcome"] == "abandoned"


def test_who_asks_for_a_person_after_self_service_and_gives_up_has_abandoned() -> None:
    call = [*self_served_call(), *facts("ml-3.1", (10, QueueEntered, {"queue": "service"}))]
    assert row(call)["outcome"] == "abandoned"


def test_a_call_that_goes_on_has_no_outcome() -> None:
    assert row(answered_call()[:10])["outcome"] == "in-progress"
    assert row(answered_call()[:10])["talk_s"] is None


def test_other_outcomes() -> None:
    offered = (0, CallOffered, {"ani": "1", "dnis": "96777"})
    ended = (9, CallEnded, {})
    answer = (2, AgentAnswered, {"agent": "8001"})
    blind = (5, CallTransferred, {"how": "blind", "agent": "8001", "target": "8002"})

    def of(*told: Any) -> str:
        return str(row(facts("c", *told))["outcome"])

    assert of(offered, (1, CallRefused, {}), ended) == "refused"
    assert of(offered, (1, MessageLeft, {"file": "m.wav"}), ended) == "message"
    assert of(offered, answer, blind, ended) == "transferred"
    assert of((0, CallPlaced, {"agent": "8001", "number": "138"}), ended) == "failed"
    assert of((0, CallPlaced, {"agent": "8001", "number": "138"}), answer, ended) == "answered"
    assert of(offered, ended) == "abandoned"


def test_degraded_calls_are_marked() -> None:
    assert row([*abandoned_call(), *facts("ml-2.1", (1, CallDegraded, {}))])["degraded"] is True
    plain_dialplan = facts(
        "c",
        (0, CallOffered, {"ani": "1", "dnis": "9"}),
        (1, QueueEntered, {"queue": "service", "degraded": True}),
    )
    assert row(plain_dialplan)["degraded"] is True


def test_an_echo_test_is_no_call() -> None:
    assert summarise(facts("e", (0, CallEnded, {}))) is None
    assert summarise(facts("e", (0, AgentAnswered, {"agent": "8001"}), (5, CallEnded, {}))) is None


def test_a_transferred_call_talks_from_the_first_answer_to_the_last_goodbye() -> None:
    told = facts(
        "t",
        (0, CallOffered, {"ani": "1", "dnis": "96777"}),
        (1, QueueEntered, {"queue": "service"}),
        (5, AgentAnswered, {"agent": "8001", "queue": "service"}),
        (15, CallTransferred, {"how": "blind", "agent": "8001", "target": "8002"}),
        (15, AgentLeftCall, {"agent": "8001"}),
        (20, AgentAnswered, {"agent": "8002"}),
        (50, AgentLeftCall, {"agent": "8002"}),
        (50, CallEnded, {}),
    )
    assert row(told)["talk_s"] == 40.0
    assert row(told)["agent"] == "8002"


def test_a_second_queue_is_a_second_visit() -> None:
    told = facts(
        "q",
        (0, CallOffered, {"ani": "1", "dnis": "96777"}),
        (1, QueueEntered, {"queue": "service"}),
        (4, AgentMissed, {"agent": "8001", "queue": "service"}),
        (9, QueueLeft, {"queue": "service", "how": "timeout"}),
        (9, QueueEntered, {"queue": "repair"}),
        (12, AgentAnswered, {"agent": "8002", "queue": "repair"}),
        (30, CallEnded, {}),
    )
    summary = summarise(told)
    assert summary is not None
    assert [(v.queue, v.how, v.agent) for v in summary.visits] == [
        ("service", "timeout", None),
        ("repair", "answered", "8002"),
    ]
    assert summary.columns["wait_s"] == 11.0


def test_a_caller_lost_with_asterisk_is_not_waiting_for_ever() -> None:
    told = facts(
        "k",
        (0, CallOffered, {"ani": "1", "dnis": "96777"}),
        (1, QueueEntered, {"queue": "service"}),
        (60, CallEnded, {}),
    )
    summary = summarise(told)
    assert summary is not None
    assert summary.visits[0].how == "abandoned"
    assert summary.columns["outcome"] == "abandoned"


CALLS = [answered_call(), abandoned_call(), self_served_call()]


@given(st.data())
def test_facts_in_any_order_and_twice_give_the_same_row(data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(CALLS))
    told = data.draw(st.permutations(call + data.draw(st.lists(st.sampled_from(call), max_size=5))))
    kept: list[dict[str, Any]] = []
    for event in told:
        kept = with_fact(kept, plain(event)) or kept
    assert len(kept) == len(call)
    assert summarise([event_of(fact, call[0].subject) for fact in kept]) == summarise(call)


def test_a_caller_who_walks_in_circles_does_not_fill_the_database() -> None:
    facts_kept = [{"kind": "menu.visited", "n": n} for n in range(500)]
    assert with_fact(facts_kept, {"kind": "menu.visited", "n": 501}) is None
    assert with_fact(facts_kept, {"kind": "call.ended"}) is not None


async def test_the_call_list_is_built_from_the_journal_and_rebuilt_the_same(
    database: Database,
) -> None:
    calls = [*answered_call(), *abandoned_call(), *self_served_call()]
    await take_in(database, *calls[::2], *calls[1::2])
    await take_in(database, *calls)
    live = [await rows(database, table) for table in (Interaction, QueueVisit, CallTimeline)]
    assert [one["outcome"] for one in live[0]] != []
    assert {one["id"]: one["outcome"] for one in live[0]} == {
        "ml-1.1": "answered",
        "ml-2.1": "abandoned",
        "ml-3.1": "self-served",
    }
    assert {(v["call_id"], v["queue"], v["how"]) for v in live[1]} == {
        ("ml-1.1", "repair", "answered"),
        ("ml-2.1", "service", "abandoned"),
    }
    await rebuild(database)
    rebuilt = [await rows(database, table) for table in (Interaction, QueueVisit, CallTimeline)]
    assert rebuilt == live


async def test_strange_facts_do_not_stop_the_others(database: Database) -> None:
    long = "x" * 300
    strange = [
        *facts("x" * 80, (0, CallOffered, {"ani": "1", "dnis": "9"})),
        *facts(
            "s",
            (0, CallOffered, {"ani": long, "dnis": long}),
            (1, QueueEntered, {"queue": long}),
            (2, AgentAnswered, {"agent": long, "queue": long}),
            (3, MessageLeft, {"file": "m.wav"}),
        ),
    ]
    await take_in(database, *strange, *answered_call())
    found = {one["id"]: one for one in await rows(database, Interaction)}
    assert set(found) == {"s", "ml-1.1"}
    assert found["s"]["queue"] == "x" * 32
    assert found["ml-1.1"]["outcome"] == "answered"
