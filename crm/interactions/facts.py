"""The facts of one call: kept as plain data, in the order in which they happened. Pure."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, TypeVar

from mainline.journal import KINDS, Event

E = TypeVar("E", bound=Event)
Fact = dict[str, Any]

FACTS_MAX: Final = 500
"""A caller who goes round in a menu for hours must not fill the database."""
_CHATTY: Final = frozenset({"menu.visited", "key.pressed"})
# Facts of one moment: who changes queues leaves the one before entering the other.
_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            "call.offered",
            "call.placed",
            "call.dialled",
            "call.reached",
            "outreach.answered",
            "recording.started",
            "caller.identified",
            "menu.started",
            "menu.visited",
            "key.pressed",
            "flow.finished",
            "agent.offered",
            "agent.answered",
            "queue.left",
            "queue.entered",
            "call.transferred",
            "agent.missed",
            "agent.left_call",
            "survey.asked",
            "survey.rated",
            "call.ended",
        )
    )
}


def plain(event: Event) -> Fact:
    """The event as data, without its subject: the call is known."""
    return {"kind": event.kind, **event.model_dump(mode="json", exclude={"subject"})}


def event_of(fact: Fact, subject: str) -> Event:
    """The event again."""
    fields = {name: value for name, value in fact.items() if name != "kind"}
    return KINDS[fact["kind"]].model_validate({"subject": subject, **fields})


def with_fact(facts: Sequence[Fact], fact: Fact) -> list[Fact] | None:
    """The facts with one more; None when it is known already, or is one too many."""
    if fact in facts or (len(facts) >= FACTS_MAX and fact["kind"] in _CHATTY):
        return None
    return [*facts, fact]


def in_order(events: Iterable[Event]) -> list[Event]:
    """As they happened, each once; the same for every order in which they were told."""
    told = groupby(sorted(events, key=_moment), key=_moment)
    return [event for _, together in told for event in _each_once(list(together))]


def _moment(event: Event) -> tuple[datetime, int]:
    return (event.at, _RANK.get(event.kind, len(_RANK)))


def _each_once(events: list[Event]) -> list[Event]:
    """Those of one moment, by what they say."""
    if len(events) == 1:
        return events
    once = {json.dumps(plain(event), sort_keys=True): event for event in events}
    return [once[said] for said in sorted(once)]


def every(events: Sequence[Event], kind: type[E]) -> list[E]:
    """All facts of a kind."""
    return [event for event in events if isinstance(event, kind)]


def first(events: Sequence[Event], kind: type[E]) -> E | None:
    """The earliest fact of a kind."""
    return next((event for event in events if isinstance(event, kind)), None)


def last(events: Sequence[Event], kind: type[E]) -> E | None:
    """The latest fact of a kind."""
    return next((event for event in reversed(events) if isinstance(event, kind)), None)
