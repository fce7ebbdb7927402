"""Tables: what calls point to, what was suspected, who wants to be told of the end."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record

OPEN = "open"
_ONE_OPEN = text("state = 'open'")


class OutageCandidate(Record):
    """A suspected outage of one class in one area. Never two open ones for the same."""

    __tablename__ = "outage_candidate"
    __table_args__ = (
        Index(
            "uq_outage_candidate_open",
            "area_id",
            "class_code",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
        Index(None, "state", "raised_at"),
    )

    area_id: Mapped[int] = mapped_column(ForeignKey("service_area.id"))
    class_code: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(16), default=OPEN)
    """open, confirmed, rejected, or over (it was nothing)."""
    first_at: Mapped[datetime]
    """The first call it rests on."""
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    callers: Mapped[int]
    """Different customers so far."""
    expected: Mapped[float]
    """How many would have been normal in the window when it was raised."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outage.id"), index=True)
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))


class OutageSignal(Record):
    """A call that points to trouble of one class at one premise, once for each of its areas.

    Without foreign keys to the call: facts of calls come in any order.
    """

    __tablename__ = "outage_signal"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (
        UniqueConstraint("call_id", "class_code", "area_id", "premise_id"),
        Index(None, "area_id", "class_code", "at"),
        Index(None, "at"),
    )

    call_id: Mapped[str] = mapped_column(String(64))
    class_code: Mapped[str] = mapped_column(String(24))
    area_id: Mapped[int] = mapped_column(ForeignKey("service_area.id"))
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"))
    customer_id: Mapped[int]
    at: Mapped[datetime]
    told: Mapped[bool] = mapped_column(default=False)
    """An outage was known there already: it is neither news nor normal."""
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey("outage_candidate.id"), index=True)


class OutageRequest(Record):
    """A number to be called when supply is back, once an outage."""

    __tablename__ = "outage_request"
    __table_args__ = (UniqueConstraint("outage_id", "number"), Index(None, "handed_at"))

    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"))
    number: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    customer_id: Mapped[int | None]
    call_id: Mapped[str | None] = mapped_column(String(64))
    handed_at: Mapped[datetime | None]
    """When it became a call-back."""
