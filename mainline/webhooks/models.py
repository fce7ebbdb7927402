"""Tables: who is told of what, and each telling."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import BigId, Record


class Webhook(Record):
    """Somebody who is told of facts. Their secret is derived, and stands nowhere."""

    __tablename__ = "webhook"
    __unaudited__: ClassVar[str] = (
        "each act is a fact with who and when; the rest is how far it has read"
    )

    name: Mapped[str] = mapped_column(String(64), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Kinds of facts; ``call.*`` is all that begin so, ``*`` is all."""
    private: Mapped[bool] = mapped_column(default=False)
    """Whether telephone numbers, names and words of people are told as well."""
    salt: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(64))
    read_to: Mapped[int] = mapped_column(BigId, default=0)
    """How far the journal has been read for it."""
    paused_at: Mapped[datetime | None]
    why_paused: Mapped[str] = mapped_column(String(200), default="")
    """Empty: by hand."""


class WebhookDelivery(Record):
    """One fact for one receiver."""

    __tablename__ = "webhook_delivery"
    __unaudited__: ClassVar[str] = "what was sent and is to be sent, from the journal"
    __table_args__ = (
        UniqueConstraint("webhook_id", "entry_id"),
        Index("ix_webhook_delivery_due", "webhook_id", "state", "entry_id"),
    )

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    entry_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    """waiting, delivered or skipped."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(80), default="")
    """What came back last: a status, or what went wrong."""
    took_ms: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
