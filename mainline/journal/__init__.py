"""The append-only record of what happened: every fact the packages tell one another."""

from mainline.db import in_turn
from mainline.journal import call_events, floor_events, talk_events
from mainline.journal.event import KINDS, Event, event_kind
from mainline.journal.journal import (
    Entry,
    append,
    append_all,
    entries_after,
    entries_by_id,
    entries_of_kinds,
    has_happened,
    kinds_after,
    last_id,
    told_of,
)
from mainline.journal.reading import (
    AtOnce,
    Handler,
    Handlers,
    consume,
    places,
    take_in,
    take_in_together,
)
from mainline.journal.tail import Tail

__all__ = [
    "KINDS",
    "AtOnce",
    "Entry",
    "Event",
    "Handler",
    "Handlers",
    "Tail",
    "append",
    "append_all",
    "call_events",
    "consume",
    "entries_after",
    "entries_by_id",
    "entries_of_kinds",
    "event_kind",
    "floor_events",
    "has_happened",
    "in_turn",
    "kinds_after",
    "last_id",
    "places",
    "take_in",
    "take_in_together",
    "talk_events",
    "told_of",
]
