"""Table: what was decided about pairs of records that looked like one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class DuplicateDecision(Record):
    """A pair was merged, or said to be two. Undone decisions stay as history."""

    __tablename__ = "duplicate_decision"
    __table_args__ = (Index(None, "what", "kept_id"), Index(None, "what", "other_id"))

    what: Mapped[str] = mapped_column(String(16))
    """customer or premise."""
    kept_id: Mapped[int]
    other_id: Mapped[int]
    open_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The pair while the decision holds: decided once."""
    verdict: Mapped[str] = mapped_column(String(16))
    """merged or apart."""
    moved: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What went over, so that exactly that goes back."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(String(400), default="")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(64), default="")
