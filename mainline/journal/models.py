"""Two tables: what happened, and how far each consumer has read."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.clock import now
from mainline.db import Base, BigId, Record


class JournalEntry(Record):
    """One fact. Rows are only ever added."""

    __tablename__ = "journal_entry"
    __unaudited__: ClassVar[str] = "append-only facts with who and when"
    __table_args__ = (Index(None, "subject", "id"), {"sqlite_autoincrement": True})

    subject: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    payload: Mapped[str] = mapped_column(Text)


class ConsumerCursor(Base):
    """The last entry a consumer has taken in; moves in the transaction of its effect."""

    __tablename__ = "journal_cursor"
    __unaudited__: ClassVar[str] = "how far a reader has come"

    consumer: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_entry_id: Mapped[int] = mapped_column(BigId, default=0)
    moved_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
