"""Facts about matters, subject ``matter:<id>``. Levels count from 0, the agent."""

from typing import Literal

from pydantic import AwareDatetime

from mainline.journal import Event, event_kind


def matter_subject(matter_id: int) -> str:
    """The journal's subject of a matter."""
    return f"matter:{matter_id}"


@event_kind("matter.raised")
class MatterRaised(Event):
    """Somebody has something that they may not be able to settle."""

    by: str
    due_at: AwareDatetime
    call_id: str | None = None
    work_order: str = ""


@event_kind("matter.climbed")
class MatterClimbed(Event):
    """It is the next rung's now, because somebody passed it on or time was over."""

    level: int
    rung: str
    why: Literal["asked", "time"]
    by: str
    due_at: AwareDatetime
    note: str = ""


@event_kind("matter.taken")
class MatterTaken(Event):
    """Somebody of its rung has it, by name."""

    level: int
    by: str


@event_kind("matter.late")
class MatterLate(Event):
    """The last rung's time is over."""

    level: int
    owner: str


@event_kind("matter.settled")
class MatterSettled(Event):
    """It is settled; what came of it stands with the matter."""

    level: int
    by: str
