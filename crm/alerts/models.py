"""Table: every alert there was."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Alert(Record):
    """One alert, from being raised to being over."""

    __tablename__ = "alert"
    __table_args__ = (Index(None, "cleared_at", "raised_at"),)

    measure: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), default="")
    """``queue:repair``, ``agent:8001``; empty for what there is one of."""
    level: Mapped[str] = mapped_column(String(8))
    """warn or bad: the worst it was."""
    value: Mapped[float]
    """When it was raised, or turned to its present level."""
    limit: Mapped[float]
    raised_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
