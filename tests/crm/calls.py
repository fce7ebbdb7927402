"""Facts of whole calls, as Asterisk and the gateway tell them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mainline.db import Database
from mainline.journal import Event, append_all, consume
from mainline.journal.call_events import (
    CallEnded,
    CallerIdentified,
    CallOffered,
    FlowFinished,
    KeyPressed,
    MenuStarted,
    MenuVisited,
    QueueEntered,
    QueueLeft,
    RecordingStarted,
    RecordingStored,
)
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentOffered

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def facts(call: str, *told: tuple[float, type[Event], dict[str, Any]]) -> list[Event]:
    """Seconds after nine, class, fields."""
    return [
        kind(subject=f"call:{call}", at=NINE + timedelta(seconds=after), **fields)
        for after, kind, fields in told
    ]


def answered_call(call: str = "ml-1.1") -> list[Event]:
    """A known caller keys 1, waits ten seconds and talks for a minute."""
    return facts(
        call,
        (0, CallOffered, {"ani": "13800008000", "dnis": "96777"}),
        (0.1, RecordingStarted, {"file": f"{call}-0.raw"}),
        (0.2, CallerIdentified, {"how": "ani", "customer_id": 7, "account_id": 3, "candidates": 1}),
        (0.3, MenuStarted, {"menu": "main", "version": 2, "language": "zh"}),
        (0.4, MenuVisited, {"node": "hello"}),
        (2, MenuVisited, {"node": "main"}),
        (5, KeyPressed, {"node": "main", "keys": "1"}),
        (6, QueueEntered, {"queue": "repair", "priority": 5}),
        (10, AgentOffered, {"agent": "8001", "queue": "repair"}),
        (16, AgentAnswered, {"agent": "8001", "queue": "repair"}),
        (16, QueueLeft, {"queue": "repair", "how": "answered"}),
        (76, AgentLeftCall, {"agent": "8001"}),
        (76, CallEnded, {"cause": 16}),
        (78, RecordingStored, {"recording_id": 11, "duration_s": 76.0}),
    )


def abandoned_call(call: str = "ml-2.1") -> list[Event]:
    """An unknown caller gives up after twenty seconds."""
    return facts(
        call,
        (0, CallOffered, {"ani": "13911112222", "dnis": "96777"}),
        (0.2, CallerIdentified, {"how": "none"}),
        (1, MenuStarted, {"menu": "main", "version": 2, "language": "zh"}),
        (6, QueueEntered, {"queue": "service"}),
        (26, QueueLeft, {"queue": "service", "how": "abandoned"}),
        (26, CallEnded, {"cause": 16}),
    )


def self_served_call(call: str = "ml-3.1") -> list[Event]:
    """Asks for the arrears and hangs up content."""
    return facts(
        call,
        (0, CallOffered, {"ani": "13800008000", "dnis": "96777"}),
        (0.2, CallerIdentified, {"how": "ani", "customer_id": 7, "candidates": 1}),
        (0.3, MenuStarted, {"menu": "main", "version": 2, "language": "en"}),
        (3, FlowFinished, {"flow": "identify", "result": "done"}),
        (9, FlowFinished, {"flow": "arrears", "result": "done"}),
        (12, CallEnded, {"cause": 16}),
    )


async def take_in(database: Database, *events: Event, consumer: str = "interactions") -> None:
    """Append these facts and let the consumer read to the end."""
    from mainline.features import modules

    async with database.unit_of_work() as session:
        await append_all(session, events)
    handlers = {
        name: found for module in modules("subscribers") for name, found in module.CONSUMERS.items()
    }
    while await consume(database, consumer=consumer, handlers=handlers[consumer]):
        pass
