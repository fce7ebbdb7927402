"""Callers learn from the journal that they were answered; calls of one number are told apart."""

from mainline.db import Database
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.journal.floor_events import AgentReady
from mainline.journal.talk_events import AgentAnswered
from rehearsal.town import Watch


def offered(call: str, ani: str) -> CallOffered:
    return CallOffered(subject=f"call:{call}", ani=ani, dnis="96888")


async def test_of_two_calls_from_one_number_the_answered_one_is_told(database: Database) -> None:
    watch = Watch(database, 0)
    first, second = watch.expect("139"), watch.expect("139")
    watch.take(offered("ml1.1", "139"))
    watch.take(offered("ml1.2", "139"))
    watch.take(AgentReady(subject="agent:9001"))  # no call
    watch.take(AgentAnswered(subject="call:ml1.2", agent="9001"))
    assert (first.is_set(), second.is_set()) == (False, True)
    watch.take(CallEnded(subject="call:ml1.2", cause=16))
    watch.take(AgentAnswered(subject="call:ml1.1", agent="9001"))
    assert first.is_set()


async def test_withheld_callers_are_told_too(database: Database) -> None:
    watch = Watch(database, 0)
    answered = watch.expect("")
    watch.take(offered("ml1.1", "anonymous"))
    watch.take(AgentAnswered(subject="call:ml1.1", agent="9001"))
    assert answered.is_set()


async def test_somebody_elses_call_changes_nothing(database: Database) -> None:
    watch = Watch(database, 0)
    answered = watch.expect("139")
    watch.take(offered("ml1.1", "138"))
    watch.take(AgentAnswered(subject="call:ml1.1", agent="9001"))
    assert not answered.is_set()
