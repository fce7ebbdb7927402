"""Table: the watch list. Entries that are over stay as history."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class WatchEntry(Record):
    """Why a customer is watched, from when until when."""

    __tablename__ = "watch_entry"
    __table_args__ = (Index(None, "customer_id", "ended_at"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    what: Mapped[str] = mapped_column(String(16))
    """tampering, violation, theft, threat or other."""
    reason: Mapped[str] = mapped_column(String(400))
    since: Mapped[date]
    until: Mapped[date | None]
    """The last day on which it counts; None: until somebody ends it."""
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(400), default="")
