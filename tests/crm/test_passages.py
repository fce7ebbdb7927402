"""How callers went through the menu: told once the call is over, the same in any order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.interactions import queries
from crm.interactions.models import MenuPassage
from crm.interactions.rebuild import rebuild
from crm.interactions.summary import summarise
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import (
    CallEnded,
    CallOffered,
    FlowFinished,
    KeyPressed,
    MenuStarted,
    MenuVisited,
    QueueEntered,
)
from tests.crm.calls import NINE, answered_call, facts, take_in

WRONG_THEN_GONE = facts(
    "ml-9.1",
    (0, CallOffered, {"ani": "13800008000", "dnis": "96777"}),
    (1, MenuStarted, {"menu": "main", "version": 2, "language": "zh"}),
    (2, MenuVisited, {"node": "hello"}),
    (3, MenuVisited, {"node": "main"}),
    (4, KeyPressed, {"node": "main", "keys": "9"}),
    (5, KeyPressed, {"node": "main", "keys": "2"}),
    (6, MenuVisited, {"node": "account"}),
    (7, KeyPressed, {"node": "account", "keys": "80012345"}),
    (8, CallEnded, {"cause": 16}),
)


def told(events: Sequence[Event]) -> list[tuple[str, str, str | None, bool]]:
    summary = summarise(events)
    assert summary is not None
    return [(one.node, one.keys, one.target, one.gave_up) for one in summary.passages]


def test_a_caller_who_gives_up_is_told_with_the_node_and_no_account_number() -> None:
    assert told(WRONG_THEN_GONE) == [
        ("hello", "", "main", False),
        ("main", "2", "account", False),
        ("account", "", None, True),
    ]


def test_who_reached_a_queue_did_not_give_up_in_the_menu() -> None:
    assert told(answered_call()) == [("hello", "", "main", False), ("main", "1", None, False)]
    waited = [*WRONG_THEN_GONE, *facts("ml-9.1", (7.5, QueueEntered, {"queue": "service"}))]
    assert told(waited)[-1] == ("account", "", None, False)


def test_who_was_served_and_hung_up_did_not_give_up() -> None:
    served = facts("ml-9.1", (7.5, FlowFinished, {"flow": "arrears", "result": "done"}))
    assert told([*WRONG_THEN_GONE, *served])[-1] == ("account", "", None, False)


def test_nothing_is_told_while_the_call_goes_on() -> None:
    assert told(WRONG_THEN_GONE[:-1]) == []


@given(st.permutations(WRONG_THEN_GONE))
def test_facts_in_any_order_tell_the_same_way(events: list[Event]) -> None:
    assert told(events) == told(WRONG_THEN_GONE)


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.reading() as session:
        found = await session.scalars(
            select(MenuPassage).order_by(MenuPassage.call_id, MenuPassage.seq)
        )
        return [(r.call_id, r.seq, r.menu, r.version, r.node, r.keys, r.target, r.gave_up, r.at)
                for r in found]  # fmt: skip


async def test_passages_are_counted_over_a_period_and_rebuilt_the_same(database: Database) -> None:
    late = WRONG_THEN_GONE[4:7]
    first = [event for event in WRONG_THEN_GONE if event not in late]
    await take_in(database, *answered_call(), *first)
    await take_in(database, *late)
    async with database.reading() as session:
        day = {"since": NINE, "until": NINE + timedelta(hours=1)}
        found = await queries.passages(session, "main", **day)
        later = {"since": NINE + timedelta(hours=1), "until": NINE + timedelta(hours=2)}
        assert await queries.passages(session, "main", **later) == []
        assert await queries.passages(session, "emergency", **day) == []
    assert sorted(found, key=str) == sorted(
        [
            ("hello", "", "main", False, 2),
            ("main", "2", "account", False, 1),
            ("main", "1", None, False, 1),
            ("account", "", None, True, 1),
        ],
        key=str,
    )
    live = await rows(database)
    await rebuild(database)
    assert await rows(database) == live
