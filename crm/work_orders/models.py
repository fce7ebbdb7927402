"""Tables: work orders, their history, the day's counter."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base, Record


class WorkOrder(Record):
    """Something to be done for a customer or at a place."""

    __tablename__ = "work_order"
    __table_args__ = (
        Index(None, "customer_id", "closed_at"),
        Index(None, "step", "due_complete_at"),
        Index(None, "premise_id", "closed_at"),
        Index(None, "owner", "opened_at"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    """``20261123-0007``: the day it was opened and a running number."""
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Opening again with the same key gives the same order."""
    type_code: Mapped[str] = mapped_column(String(32), index=True)
    type_version: Mapped[int]
    """The version of the definition it was opened under, and finishes under."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    premise_id: Mapped[int | None] = mapped_column(ForeignKey("premise.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("service_account.id"))
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    call_offset_s: Mapped[float | None]
    """Seconds from the start of the call's recording to the opening."""
    source: Mapped[str] = mapped_column(String(16))
    """ivr, desk, api, outage, import: from the old system, request, rule; order: a second part."""
    step: Mapped[str] = mapped_column(String(32))
    urgency: Mapped[str] = mapped_column(String(16))
    team: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(64))
    """Who has to act: a login, or a team."""
    overseer: Mapped[str] = mapped_column(String(64))
    summary: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(64), default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    due_respond_at: Mapped[datetime]
    due_complete_at: Mapped[datetime]
    due_arrive_at: Mapped[datetime | None]
    """None: nobody has to be there by a time."""
    responded_at: Mapped[datetime | None]
    first_arrived_at: Mapped[datetime | None]
    """Before it was reopened; None: ``arrived_at`` is the first arrival."""
    arrived_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    paused_at: Mapped[datetime | None]
    """Its clock stands still since then."""
    pause_reason: Mapped[str] = mapped_column(String(400), default="", server_default="")
    next_limit_at: Mapped[datetime | None] = mapped_column(index=True)
    """When a limit warns, breaks or climbs next; None: nothing will happen by itself."""
    limits_told: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """What limits have told already: never twice."""
    escalation: Mapped[int] = mapped_column(default=0, server_default="0")
    """How far up its chain it has climbed."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    """The order for the whole of an outage, whose closing this one follows."""


class WorkOrderMove(Record):
    """One line of an order's history."""

    __tablename__ = "work_order_move"
    __table_args__ = (Index(None, "work_order_id", "at"),)

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    entered_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Who keyed it in, if somebody else than who did it."""
    action: Mapped[str] = mapped_column(String(32))
    from_step: Mapped[str | None] = mapped_column(String(32))
    to_step: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Whom it names: the next owner, overseer or team, or the order that leads."""
    note: Mapped[str] = mapped_column(Text, default="")


class WorkOrderFee(Record):
    """A fee line of an order, as its type had it when it was charged."""

    __tablename__ = "work_order_fee"
    __table_args__ = (UniqueConstraint("work_order_id", "code"),)

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    code: Mapped[str] = mapped_column(String(32))
    label_zh: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    each_fen: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))


class WorkOrderCounter(Base):
    """The last running number of a day."""

    __tablename__ = "work_order_counter"
    __unaudited__: ClassVar[str] = "a counter"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
