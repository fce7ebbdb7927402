"""Table: interruptions of supply."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.areas.models import ServiceArea
from mainline.db import Record


class Outage(Record):
    """No supply from ``began_at`` on, below a place of the address tree or in a service area."""

    __tablename__ = "outage"
    __table_args__ = (
        Index(None, "area_id", "status"),
        Index(None, "service_area_id", "status"),
    )

    area_id: Mapped[int | None] = mapped_column(ForeignKey("address_node.id"))
    service_area_id: Mapped[int | None] = mapped_column(ForeignKey(ServiceArea.id))
    kind: Mapped[str] = mapped_column(String(16))
    """planned or fault."""
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    expected_end_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(16), default="running")
    """announced, running, ended or cancelled."""
