"""Facts about call-backs, subject ``callback:<id>``."""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind

Ending = Literal["done", "withdrawn", "cancelled", "expired", "unreached"]


def callback_subject(callback_id: int) -> str:
    """The journal's subject of a call-back."""
    return f"callback:{callback_id}"


@event_kind("callback.asked")
class CallbackAsked(Event):
    """Somebody is to be called."""

    queue: str
    source: str
    due_at: AwareDatetime
    call_id: str | None = None
    customer_id: int | None = None
    by: str = ""


@event_kind("callback.called")
class CallbackCalled(Event):
    """An attempt begins."""

    attempt: int
    call_id: str
    agent: str = ""


@event_kind("callback.missed")
class CallbackMissed(Event):
    """The attempt reached nobody; ``next_at`` None: it was the last."""

    attempt: int
    call_id: str
    next_at: AwareDatetime | None = None


@event_kind("callback.ended")
class CallbackEnded(Event):
    """Nobody is to be called any more: they were, or it has become needless or hopeless."""

    how: Ending
    call_id: str | None = None
    agent: str = ""
    by: str = ""
