"""Table: matters."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Matter(Record):
    """Something for a caller that whoever has it must settle before its time is over."""

    __tablename__ = "matter"
    __table_args__ = (Index(None, "state", "due_at"),)

    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Raising again with the same key gives the same matter."""
    version: Mapped[int]
    """Of the ladder that it climbs."""
    level: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16))
    """waiting (for somebody of its rung), taken or settled."""
    owner: Mapped[str] = mapped_column(String(64), default="")
    """Who has taken it, by name."""
    due_at: Mapped[datetime]
    """When the time of its rung is over."""
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it climbs, or is told to be late; None: nothing will happen by itself."""
    late: Mapped[bool] = mapped_column(default=False)
    """The last rung's time is over."""
    summary: Mapped[str] = mapped_column(Text)
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    work_order: Mapped[str] = mapped_column(String(20), default="")
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
