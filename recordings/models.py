"""Tables: recordings, the raw segments they are made of, and who heard what."""

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import BigId, Record

CALL: Final = "call"
MESSAGE: Final = "message"
"""What a caller left when nobody could answer: one channel."""

PENDING: Final = "pending"
"""The call has ended; its segments wait to be joined."""
STORED: Final = "stored"
MISSING: Final = "missing"
"""The call was to be recorded, and there is no sound."""
DELETED: Final = "deleted"
"""Deleted by rule: a tombstone that keeps the hash."""


class Recording(Record):
    """The recording of one call, or the message left in it."""

    __tablename__ = "recording"
    __audited__: ClassVar[frozenset[str]] = frozenset({"kept", "deleted_at", "deleted_why"})
    __table_args__ = (UniqueConstraint("call_id", "kind"), Index(None, "state", "started_at"))

    call_id: Mapped[str] = mapped_column(String(96))
    kind: Mapped[str] = mapped_column(String(16), default=CALL)
    state: Mapped[str] = mapped_column(String(16), default=PENDING)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    answered: Mapped[bool] = mapped_column(default=False)
    path: Mapped[str] = mapped_column(String(64))
    """Below the store; chosen once, so that joining again after a crash replaces the same file."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    size_bytes: Mapped[int | None] = mapped_column(BigId)
    duration_s: Mapped[float | None]
    channels: Mapped[int] = mapped_column(default=2)
    segments: Mapped[int] = mapped_column(default=0)
    short: Mapped[bool] = mapped_column(default=False)
    """The sound is shorter than the call was: something was not recorded."""
    kept: Mapped[bool] = mapped_column(default=False)
    """Not to be deleted by rule, whatever its age (a dispute, a court)."""
    deleted_at: Mapped[datetime | None]
    deleted_why: Mapped[str | None] = mapped_column(String(200))


class RecordingSegment(Record):
    """One file that Asterisk wrote, as its record tells of it."""

    __tablename__ = "recording_segment"
    __unaudited__: ClassVar[str] = "made from Asterisk's record"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    number: Mapped[int]
    file: Mapped[str] = mapped_column(String(96), unique=True)
    started_at: Mapped[datetime]
    joined: Mapped[bool] = mapped_column(default=False)
    """It is part of the stored recording: the raw file may go."""


class RecordingAccess(Record):
    """Somebody heard a recording, or was shown its waveform."""

    __tablename__ = "recording_access"
    __table_args__ = (Index(None, "recording_id", "created_at"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"))
    user_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(16))
