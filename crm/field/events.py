"""Facts of the field. What is done with an order is a fact of the order, as anywhere else."""

from mainline.journal import Event, event_kind


@event_kind("field.conflict")
class FieldConflict(Event):
    """Something done out there met an order that had changed, or lacks what its type asks for.

    Nothing was done. Subject: the order.
    """

    number: str
    by: str
    action: str
    key: str


@event_kind("field.decided")
class FieldDecided(Event):
    """Somebody decided what becomes of what could not be done at once. Subject: the order."""

    number: str
    by: str
    choice: str
    """mine: do it after all; theirs: leave the order as it is."""
    acts: int


@event_kind("field.attached")
class FieldAttached(Event):
    """A photo, signature, sound or video has come in whole. Subject: the order."""

    number: str
    by: str
    what: str
    key: str
    sha256: str


@event_kind("field.consent")
class FieldConsent(Event):
    """Somebody agreed to be found in working time, or does no longer. Subject ``worker:<name>``."""

    by: str
    agreed: bool
