"""Facts about reading, subject the record: ``customer:<id>``, ``order:<number>``, ``call:<id>``."""

from datetime import datetime

from mainline.journal import Event, event_kind


@event_kind("privacy.unmasked")
class RecordUnmasked(Event):
    """Somebody looked behind the masks of this record, until then."""

    by: str
    reason: str
    words: str = ""
    until: datetime
