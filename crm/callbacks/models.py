"""Table: promised call-backs."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Callback(Record):
    """Somebody is to be called. Its place among the waiting is ``since``, as if they waited."""

    __tablename__ = "callback"
    __table_args__ = (Index(None, "state", "next_at"), Index(None, "number", "state"))

    number: Mapped[str] = mapped_column(String(32))
    """In the normal form; an ordinary national number."""
    queue: Mapped[str] = mapped_column(String(32))
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    """The number while it is open: never two for one number."""
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    """waiting, calling; then done, withdrawn, cancelled, expired or unreached."""
    source: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(400), default="")
    language: Mapped[str] = mapped_column(String(8), default="zh")
    priority: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    """Not called before this moment."""
    expires_at: Mapped[datetime]
    call_id: Mapped[str | None] = mapped_column(String(64))
    """The call in which it was asked for."""
    own_call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """The customer's own call while it is up: who is on the line is not called."""
    customer_id: Mapped[int | None] = mapped_column(index=True)
    asked_by: Mapped[str] = mapped_column(String(64), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    attempted_at: Mapped[datetime | None]
    agent: Mapped[str | None] = mapped_column(String(8))
    """Kept free for the attempt under way; afterwards, who talked with the customer."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="")
