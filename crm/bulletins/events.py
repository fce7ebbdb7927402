"""Facts about bulletins, subject ``bulletin:<id>``."""

from datetime import datetime

from mainline.journal import Event, event_kind


def bulletin_subject(bulletin_id: int) -> str:
    """The journal's subject of a bulletin."""
    return f"bulletin:{bulletin_id}"


@event_kind("bulletin.published")
class BulletinPublished(Event):
    """Somebody told everybody, or some roles, something."""

    what: str
    title: str
    must_read: bool
    roles: tuple[str, ...]
    until: datetime | None
    by: str


@event_kind("bulletin.read")
class BulletinRead(Event):
    """Somebody says that they have read it."""

    by: str


@event_kind("bulletin.withdrawn")
class BulletinWithdrawn(Event):
    """It counts no more."""

    by: str
