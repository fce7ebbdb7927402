"""Facts about messages as tasks, subject ``message:<id>``. The words themselves stand nowhere."""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


def message_subject(message_id: int) -> str:
    """The journal's subject of a message."""
    return f"message:{message_id}"


@event_kind("message.opened")
class MessageOpened(Event):
    """A message became a task."""

    call_id: str
    about: str
    owner: str
    due_at: AwareDatetime


@event_kind("message.taken")
class MessageTaken(Event):
    """Somebody sees to it; ``by`` somebody else when it was handed over."""

    owner: str
    by: str


@event_kind("message.sorted")
class MessageSorted(Event):
    """It is a complaint, or is none."""

    about: str
    due_at: AwareDatetime
    by: str


@event_kind("message.linked")
class MessageLinked(Event):
    """A work order came of it."""

    work_order: str
    by: str


@event_kind("message.settled")
class MessageSettled(Event):
    """What came of it is known; ``tell``: how the caller shall learn of it."""

    tell: Literal["call-back", "self", "none"]
    by: str
    callback_id: int | None = None


@event_kind("message.told")
class MessageTold(Event):
    """The caller knows what came of it."""

    how: Literal["told", "waived"]
    by: str


@event_kind("message.unreached")
class MessageUnreached(Event):
    """The promised call reached nobody: the caller is still to be told."""

    callback_id: int
