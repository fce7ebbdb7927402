"""How the company sends its people: what counts, what emergencies do by themselves. Pure."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from crm.catalog import calendars
from crm.catalog.calendars import WorkCalendar
from crm.catalog.work_order_types import Urgency
from mainline.definitions import Problem
from mainline.i18n import Text

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Login = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Points = Annotated[float, Field(ge=0, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Part):
    """How many points each thing costs."""

    km: Points = 4
    """Each kilometre between the person and the place."""
    unknown_place: Points = 25
    """Nobody knows how far it is."""
    order: Points = 8
    """Each open order they have already."""
    late_order: Points = 6
    """Each of those that is late."""
    emergency: Points = 60
    """They are busy with an emergency."""
    other_team: Points = 30
    off_shift: Points = 80


class Emergencies(_Part):
    """Which orders are assigned by themselves, to whom."""

    enabled: bool = True
    urgencies: tuple[Urgency, ...] = Field(default=("emergency",), max_length=3)
    same_team: bool = True
    """Only people of the order's own team."""
    km_max: float = Field(default=40, gt=0, le=1000)
    within_min: int = Field(default=30, ge=1, le=1440)
    """Older orders are left to the dispatcher."""


class HotSpots(_Part):
    """So many orders of one type, so near to one another, in such a time."""

    hours: int = Field(default=24, ge=1, le=24 * 14)
    km: float = Field(default=0.8, gt=0, le=50)
    least: int = Field(default=3, ge=2, le=1000)


class DispatchRules(_Part):
    """All of it."""

    weights: Weights = Weights()
    skills: Mapping[Code, tuple[Skill, ...]] = Field(default_factory=dict, max_length=100)
    """What a type of order needs; others need nothing special."""
    shifts: Mapping[Code, WorkCalendar] = Field(default_factory=dict, max_length=50)
    people: Mapping[Login, Code] = Field(default_factory=dict, max_length=2000)
    """Who works in which shift; the others in the working time of the field."""
    emergencies: Emergencies = Emergencies()
    hot_spots: HotSpots = HotSpots()


PLAIN: Final = DispatchRules()
"""Where the company has none of its own."""


def problems(body: DispatchRules) -> Iterator[Problem]:
    """Shifts that do not exist, calendars in which nobody works."""
    for login, shift in body.people.items():
        if shift not in body.shifts:
            yield Problem("error", "no-shift", login, Text("There is no such shift."))
    for name, calendar in body.shifts.items():
        yield from calendars.problems(name, calendar)
