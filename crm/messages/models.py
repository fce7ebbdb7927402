"""Table: what callers left instead of waiting. People's work, not a projection."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import SECRET, BigId, Record


class VoiceMessage(Record):
    """A message somebody left: to be heard and answered by a person."""

    __tablename__ = "voice_message"
    __table_args__ = (
        UniqueConstraint("call_id", "file"),
        Index(None, "state", "left_at"),
        Index(None, "state", "due_at"),
    )

    call_id: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(String(128))
    left_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="new")
    """new, taken, settled (the caller is still to be told) or done."""
    about: Mapped[str] = mapped_column(String(16), default="message", server_default="message")
    """message or complaint."""
    owner: Mapped[str | None] = mapped_column(String(64))
    """Who sees to it: by rule at first, then whoever took it."""
    due_at: Mapped[datetime | None]
    customer_id: Mapped[int | None] = mapped_column(BigId, index=True)
    work_order: Mapped[str | None] = mapped_column(String(20))
    """The number of the order that came of it."""
    outcome: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the caller is told."""
    callback_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The promised call in which they are told."""
    told: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """How it became done: told, or waived; unreached while a promised call has failed."""
    done_at: Mapped[datetime | None]
    transcript: Mapped[str] = mapped_column(Text, default="", server_default="", info=SECRET)
    heard_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The model that wrote the transcript; - when it could not."""
