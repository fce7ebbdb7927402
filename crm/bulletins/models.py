"""Tables: bulletins, and who has read which."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Bulletin(Record):
    """What everybody, or some roles, should know."""

    __tablename__ = "bulletin"
    __table_args__ = (Index(None, "withdrawn_at", "until"),)

    what: Mapped[str] = mapped_column(String(16))
    """bulletin, or conditions: how the network runs today."""
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    must_read: Mapped[bool]
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    """For whom; empty: for everybody."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(64), default="")


class BulletinReceipt(Record):
    """Somebody has read it."""

    __tablename__ = "bulletin_receipt"
    __unaudited__: ClassVar[str] = "each is a fact, written once"
    __table_args__ = (UniqueConstraint("bulletin_id", "user_id"),)

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"))
    user_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
