"""Tables: how far Asterisk's record has been read, and what is known of calls in progress."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.clock import now
from mainline.db import Base, BigId


class CelCursor(Base):
    """How far a CEL file has been taken in; moves in the transaction of the facts told from it.

    A file is known by its first line, which holds a call's id and microseconds: renaming, copying
    and truncating do not confuse it, and an inode used again does not either.
    """

    __tablename__ = "cel_cursor"
    __unaudited__: ClassVar[str] = "how far a reader has come"

    head: Mapped[str] = mapped_column(String(64), primary_key=True)
    offset: Mapped[int] = mapped_column(BigId, default=0)
    moved_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class LiveCall(Base):
    """A call in progress, as far as its rows have been read; gone when the call has ended."""

    __tablename__ = "live_call"
    __unaudited__: ClassVar[str] = "calls in progress, gone with them"

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
