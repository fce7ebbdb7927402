"""Facts about work orders, subject ``work_order:<id>``."""

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


@event_kind("work_order.opened")
class WorkOrderOpened(Event):
    """An order exists from now on."""

    number: str
    type_code: str
    urgency: str
    team: str
    customer_id: int | None = None
    call_id: str | None = None
    by: str


@event_kind("work_order.urged")
class WorkOrderUrged(Event):
    """Somebody asked again where it stays: for the ``count``-th time, if that is known."""

    number: str
    by: str
    note: str = ""
    call_id: str | None = None
    count: int = 0


@event_kind("work_order.moved")
class WorkOrderMoved(Event):
    """An order went from one step to the next."""

    number: str
    action: str
    from_step: str
    to_step: str
    by: str
    entered_by: str = ""
    """Who keyed it in, if somebody else than who did it."""
    owner: str


@event_kind("work_order.joined")
class WorkOrderJoined(Event):
    """An order is part of another from now on, and follows its closing."""

    number: str
    parent: str
    by: str


@event_kind("work_order.charged")
class WorkOrderCharged(Event):
    """The fees of an order, as they are from now on."""

    number: str
    lines: dict[str, int]
    """How many of each."""
    total_fen: int
    by: str


@event_kind("work_order.noted")
class WorkOrderNoted(Event):
    """Something happened about an order that leaves its step as it is."""

    number: str
    action: str
    by: str
    call_id: str | None = None


@event_kind("work_order.handled")
class WorkOrderHandled(Event):
    """Another owner or overseer, or its clock was stopped or runs again."""

    number: str
    action: str
    by: str
    entered_by: str = ""
    owner: str
    overseer: str
    due_respond_at: AwareDatetime
    due_complete_at: AwareDatetime


@event_kind("work_order.limit")
class WorkOrderLimit(Event):
    """A limit warns, is broken, or calls upon who watches over it from now on."""

    number: str
    limit: str
    """respond or complete."""
    what: str
    """warn, overdue or escalate."""
    due_at: AwareDatetime
    owner: str
    overseer: str
    level: int = 0
