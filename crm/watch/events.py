"""Facts about the watch list, subject ``customer:<id>``."""

from datetime import date

from mainline.journal import Event, event_kind


@event_kind("watch.added")
class WatchAdded(Event):
    """Somebody put a customer on the watch list."""

    entry_id: int
    what: str
    reason: str
    until: date | None
    by: str


@event_kind("watch.ended")
class WatchEnded(Event):
    """The entry counts no more, before its time."""

    entry_id: int
    by: str
    why: str
