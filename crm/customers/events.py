"""Facts about what the archive keeps of somebody, subject ``customer:<id>``.

What it was and what it became is in the log of changes; no name, number or note stands here.
"""

from typing import Literal

from mainline.journal import Event, event_kind

PhoneAct = Literal["added", "labelled", "confirmed", "ended"]


@event_kind("customer.changed")
class CustomerChanged(Event):
    """Somebody of the staff changed these facts about a customer."""

    fields: tuple[str, ...]
    by: str
    why: str


@event_kind("customer.phone")
class CustomerPhoneChanged(Event):
    """Something was done with one of the customer's telephones."""

    phone_id: int
    act: PhoneAct
    by: str
    why: str = ""
    call_id: str | None = None
    """The call in which it was confirmed."""
