"""Facts about promises, subject ``promise:<id>``."""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind

Ending = Literal["kept", "broken", "withdrawn"]


def promise_subject(promise_id: int) -> str:
    """The journal's subject of a promise."""
    return f"promise:{promise_id}"


@event_kind("promise.made")
class PromiseMade(Event):
    """Somebody was promised that."""

    what: str
    source: str
    owner: str
    due_at: AwareDatetime
    by: str
    order_number: str = ""
    call_id: str | None = None


@event_kind("promise.ended")
class PromiseEnded(Event):
    """It was kept, or broken, or is needless now; ``owner`` answered for it then."""

    how: Ending
    owner: str
    due_at: AwareDatetime
    by: str = ""
    callback_id: int | None = None
