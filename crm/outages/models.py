"""Table: interruptions of supply."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Outage(Record):
    """No supply below a place of the address tree, from ``began_at`` on."""

    __tablename__ = "outage"
    __table_args__ = (Index(None, "area_id", "status"),)

    area_id: Mapped[int] = mapped_column(ForeignKey("address_node.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """planned or fault."""
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    expected_end_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(16), default="running")
    """announced, running, ended or cancelled."""
