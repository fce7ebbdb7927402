"""Facts about exports, subject ``export:<number>``."""

from datetime import datetime

from mainline.journal import Event, event_kind


def export_subject(number: str) -> str:
    """The journal's subject of an export."""
    return f"export:{number}"


@event_kind("export.asked")
class ExportAsked(Event):
    """Somebody wants a list as a file; ``alone``: nobody has to approve it."""

    by: str
    what: str
    rows: int
    reason: str
    alone: bool


@event_kind("export.decided")
class ExportDecided(Event):
    """A second person has approved or refused it."""

    by: str
    verdict: str
    note: str = ""
    expires_at: datetime


@event_kind("export.taken")
class ExportTaken(Event):
    """The file was fetched."""

    by: str
    format: str
    rows: int
    masked: bool
