"""Tables: what devices in the field sent, what is attached to orders, where people were."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base, Record


class FieldDevice(Record):
    """A browser that somebody works with. Its acts count one after the other."""

    __tablename__ = "field_device"
    __unaudited__: ClassVar[str] = "a counter"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    """Made by the device itself."""
    worker: Mapped[str] = mapped_column(String(64))
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of its last act that was taken in."""
    seen_at: Mapped[datetime]


class FieldAct(Record):
    """Something done in the field, kept whatever became of it. Never taken in twice."""

    __tablename__ = "field_act"
    __table_args__ = (
        UniqueConstraint("device_id", "seq"),
        Index(None, "work_order_id", "outcome"),
        Index(None, "worker", "outcome"),
    )

    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Made by the device: the same act again gives the same answer again."""
    device_id: Mapped[int] = mapped_column(ForeignKey("field_device.id"))
    seq: Mapped[int]
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    """None: there is no such order."""
    worker: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """move, note or choose."""
    action: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The note, the report, and what the type asks for."""
    based_on: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How the order stood where it was done."""
    acted_at: Mapped[datetime]
    """By the device's clock."""
    outcome: Mapped[str] = mapped_column(String(16))
    """done, conflict, refused or dropped."""
    code: Mapped[str] = mapped_column(String(32), default="")
    """Why it was refused, or cannot be done as it is."""
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    theirs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How the order stood when the act came in."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")


class FieldAttachment(Record):
    """A photo, signature, sound or video of an order. Its bytes lie in a file."""

    __tablename__ = "field_attachment"
    __unaudited__: ClassVar[str] = "pieces of a file; the whole one is a fact with its hash"
    __table_args__ = (Index(None, "work_order_id", "complete_at"),)

    key: Mapped[str] = mapped_column(String(40), unique=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    worker: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    """How many bytes were announced."""
    received: Mapped[int] = mapped_column(default=0, server_default="0")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    taken_at: Mapped[datetime]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    complete_at: Mapped[datetime | None]


class FieldWorker(Base):
    """Whether somebody agreed to be found, and where they were last."""

    __tablename__ = "field_worker"
    __unaudited__: ClassVar[str] = "positions are forgotten with the consent, which is a fact"

    worker: Mapped[str] = mapped_column(String(64), primary_key=True)
    agreed_at: Mapped[datetime | None]
    """None: it may not be known where they are."""
    at: Mapped[datetime | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]


class FieldPosition(Record):
    """One point of a track, in working time."""

    __tablename__ = "field_position"
    __unaudited__: ClassVar[str] = "positions are forgotten with the consent, which is a fact"
    __table_args__ = (UniqueConstraint("worker", "at"),)

    worker: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    lon: Mapped[float]
    lat: Mapped[float]
    accuracy_m: Mapped[float] = mapped_column(default=0.0)
