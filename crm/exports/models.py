"""Table: every export there was."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record

WAITING = "waiting"
APPROVED = "approved"
REFUSED = "refused"


class DataExport(Record):
    """A list that somebody asked for as a file."""

    __tablename__ = "data_export"
    __table_args__ = (Index(None, "state", "asked_at"), Index(None, "asked_by", "asked_at"))

    number: Mapped[str] = mapped_column(String(20), unique=True)
    what: Mapped[str] = mapped_column(String(16))
    """customers, orders or calls."""
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the list was filtered by."""
    rows: Mapped[int]
    """Counted when it was asked for; the file never has more."""
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_by_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    taken: Mapped[int] = mapped_column(default=0)
    """How often the file was fetched."""
