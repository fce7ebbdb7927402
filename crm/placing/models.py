"""Table: what was decided about addresses that waited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class PlacingDecision(Record):
    """An address was placed or put aside. Undone decisions stay as history."""

    __tablename__ = "placing_decision"

    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    open_id: Mapped[int | None] = mapped_column(unique=True)
    """The premise while the decision holds: decided once."""
    verdict: Mapped[str] = mapped_column(String(16))
    """placed or aside."""
    typed: Mapped[str] = mapped_column(String(200))
    """The address as it had been typed."""
    address: Mapped[str] = mapped_column(String(200), default="")
    """Where it was placed."""
    was: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The premise before, so that exactly that comes back."""
    became: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The premise after."""
    merge_id: Mapped[int | None]
    """The decision by which it became one with the premise that the room had already."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(64), default="")
