"""Tables: who read what, how much in each hour, and what was unmasked until when."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class DataReading(Record):
    """Somebody opened a record, or searched."""

    __tablename__ = "data_reading"
    __unaudited__: ClassVar[str] = "a log itself"
    __table_args__ = (Index(None, "reader", "at"), Index(None, "at"))

    reader: Mapped[str] = mapped_column(String(64))
    """``agent:8001``, or ``staff:<name>`` for who has no telephone."""
    kind: Mapped[str] = mapped_column(String(8))
    """opened, search, or guess: a search that tries the end of a number."""
    subject: Mapped[str] = mapped_column(String(64), default="")
    rows: Mapped[int] = mapped_column(default=0)
    """Listed by a search."""
    at: Mapped[datetime]


class ReadingHour(Record):
    """How much somebody read in an hour: what is usual is learned from these."""

    __tablename__ = "reading_hour"
    __unaudited__: ClassVar[str] = "counted from the log of readings"
    __table_args__ = (UniqueConstraint("hour", "reader"),)

    hour: Mapped[datetime]
    reader: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)


class Unmasking(Record):
    """A record whose masks are off for one person, for a short time."""

    __tablename__ = "unmasking"
    __table_args__ = (Index(None, "by", "at"), Index(None, "subject", "until"))

    user_id: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    until: Mapped[datetime]
