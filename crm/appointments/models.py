"""Tables: promised times, and the row that bookings of one day wait for."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base, Record


class Appointment(Record):
    """Somebody comes at that time. Moved, it stays the same promise."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("pool", "day", "slot", "place"),
        Index(None, "work_order_id", "state"),
        Index(None, "state", "ends_at"),
    )

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    open_order_id: Mapped[int | None] = mapped_column(unique=True)
    """The order while the promise stands: never two for one order."""
    state: Mapped[str] = mapped_column(String(16), default="booked")
    """booked; then kept, broken or cancelled."""
    pool: Mapped[str] = mapped_column(String(24))
    day: Mapped[date] = mapped_column(Date, index=True)
    slot: Mapped[str] = mapped_column(String(24))
    place: Mapped[int | None]
    """Which of the places, from 1: none is given twice. None: given back."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(16), default="")
    """What the household said when it was rung: at_home or other_time."""
    booked_by: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str | None] = mapped_column(String(64))
    """The call in which it was promised."""
    moves: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why it was moved last, or cancelled."""


class AppointmentDay(Base):
    """Two who book the same pool on the same day at once wait for one another here."""

    __tablename__ = "appointment_day"
    __unaudited__: ClassVar[str] = "a row to wait at"

    pool: Mapped[str] = mapped_column(String(24), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    changes: Mapped[int] = mapped_column(default=0)
