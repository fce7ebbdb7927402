"""Table: times promised to callers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Promise(Record):
    """Something will have happened by then, and somebody answers for it."""

    __tablename__ = "promise"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "number", "state"))

    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Promising again with the same key gives the same promise."""
    what: Mapped[str] = mapped_column(String(16))
    """call: we call; come: somebody comes; done: the order is done."""
    source: Mapped[str] = mapped_column(String(16))
    """agent, menu or text: how the caller was told."""
    text: Mapped[str] = mapped_column(String(400), default="")
    number: Mapped[str] = mapped_column(String(32))
    """Who is called when it is broken; an ordinary national number."""
    customer_id: Mapped[int | None] = mapped_column(index=True)
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    call_id: Mapped[str | None] = mapped_column(String(64))
    """The call in which it was promised."""
    owner: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="open")
    """open; then kept, broken or withdrawn."""
    made_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why it was withdrawn."""
    callback_id: Mapped[int | None]
    """The call that a broken promise became."""
