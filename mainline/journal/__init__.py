"""The append-only record of what happened: every fact the packages tell one another."""

from mainline.journal import call_events
from mainline.journal.event import KINDS, Event, event_kind
from mainline.journal.journal import (
    Handler,
    append,
    append_all,
    consume,
    entries_after,
    kinds_after,
    last_id,
    take_in,
)
from mainline.journal.tail import Tail

__all__ = [
    "KINDS",
    "Event",
    "Handler",
    "Tail",
    "append",
    "append_all",
    "call_events",
    "consume",
    "entries_after",
    "event_kind",
    "kinds_after",
    "last_id",
    "take_in",
]
