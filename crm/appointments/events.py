"""Facts about appointments, subject ``appointment:<id>``."""

from datetime import date

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


def appointment_subject(appointment_id: int) -> str:
    """The journal's subject of an appointment."""
    return f"appointment:{appointment_id}"


class _Promise(Event):
    number: str
    """The order's."""
    pool: str
    day: date
    slot: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    by: str


@event_kind("appointment.booked")
class AppointmentBooked(_Promise):
    """Somebody was promised that time."""

    call_id: str | None = None


@event_kind("appointment.moved")
class AppointmentMoved(_Promise):
    """Another time was agreed; ``was_at`` is when the one before would have begun."""

    was_at: AwareDatetime
    reason: str


@event_kind("appointment.cancelled")
class AppointmentCancelled(Event):
    """Nobody comes at that time any more; its place is free again."""

    number: str
    reason: str
    by: str


@event_kind("appointment.answered")
class AppointmentAnswered(Event):
    """What the household said when it was rung before."""

    number: str
    result: str
    by: str


@event_kind("appointment.kept")
class AppointmentKept(Event):
    """Somebody came at the time that was promised."""

    number: str
    by: str


@event_kind("appointment.broken")
class AppointmentBroken(Event):
    """Nobody came at the time that was promised; ``owner`` had the order then."""

    number: str
    owner: str
    ends_at: AwareDatetime
