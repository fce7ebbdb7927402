"""Facts about addresses that waited, subject ``premise:<id>``: what was decided, and by whom."""

from mainline.journal import Event, event_kind


@event_kind("address.placed")
class AddressPlaced(Event):
    """Somebody chose the place that is meant."""

    by: str
    node_id: int
    kept_id: int | None = None
    """The premise that the room had already; None: it had none."""


@event_kind("address.put-aside")
class AddressPutAside(Event):
    """Nobody can tell where it is; it is not proposed again."""

    by: str


@event_kind("address.waits-again")
class AddressWaitsAgain(Event):
    """What was decided is taken back."""

    by: str
