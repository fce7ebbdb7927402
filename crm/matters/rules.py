"""The ladder of a matter: who settles it next, and how long they have. Pure; a definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog.calendars import WorkCalendar, add
from crm.catalog.calendars import problems as calendar_problems
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.permissions import Permission, Rights
from mainline.text import LocalizedText

MINUTES_MAX: Final = 60 * 24 * 30


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rung(_Shape):
    """Somebody with this role settles it within so many minutes, or it climbs."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name: LocalizedText
    role: str = Field(min_length=1, max_length=32)
    people: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = ()
    """Only these, by agent's number or name; none: everybody who holds the role."""
    minutes: int = Field(ge=1, le=MINUTES_MAX)


class Ladder(_Shape):
    """From the agent up. Minutes count around the clock, or in the working time given."""

    calendar: WorkCalendar | None = None
    rungs: tuple[Rung, ...] = Field(min_length=2, max_length=8)


def problems(body: Ladder) -> Sequence[Problem]:
    """What the shape cannot see."""
    codes = [rung.code for rung in body.rungs]
    found = [
        Problem("error", "twice", code, Text("The code is used twice."))
        for code in sorted({code for code in codes if codes.count(code) > 1})
    ]
    return [*found, *(calendar_problems("calendar", body.calendar) if body.calendar else ())]


def role_problems(body: Ladder, rights: Rights) -> Sequence[Problem]:
    """Rungs whose role is not there, or could not act."""
    words = Text("Nobody with this role may act on matters.")
    return [
        Problem("error", "role", rung.code, words)
        for rung in body.rungs
        if Permission.OPEN_WORK_ORDERS not in rights.get(rung.role, frozenset())
    ]


def due(body: Ladder, level: int, start: datetime, zone: ZoneInfo) -> datetime:
    """When the time of a rung is over that begins then."""
    return add(body.calendar, start, timedelta(minutes=body.rungs[level].minutes), zone)


@dataclass(frozen=True, slots=True)
class Climb:
    """One step up that time alone has made."""

    level: int
    at: datetime
    due_at: datetime


def climbs(
    body: Ladder, level: int, due_at: datetime, at: datetime, zone: ZoneInfo
) -> tuple[list[Climb], bool]:
    """The steps since ``due_at``, as time went; and whether the last rung's time is over too."""
    found: list[Climb] = []
    while due_at <= at and level + 1 < len(body.rungs):
        level, began = level + 1, due_at
        due_at = due(body, level, began, zone)
        found.append(Climb(level, began, due_at))
    return found, due_at <= at


def may_take(rung: Rung, roles: frozenset[str], names: Sequence[str]) -> bool:
    """Whether somebody stands on that rung."""
    return rung.role in roles and (not rung.people or bool(set(rung.people) & set(names)))


LADDER: Final[Mapping[str, object]] = {
    "rungs": [
        {"code": "agent", "name": {"zh": "坐席", "en": "Agent"}, "role": "agent", "minutes": 15},
        {
            "code": "duty", "name": {"zh": "值班经理", "en": "Duty manager"}, "role": "leader",
            "minutes": 30,
        },
        {
            "code": "floor", "name": {"zh": "现场主管", "en": "Floor manager"}, "role": "leader",
            "minutes": 60,
        },
        {
            "code": "supervisor", "name": {"zh": "客服主管", "en": "Supervisor"},
            "role": "admin", "minutes": 120,
        },
        {
            "code": "leader", "name": {"zh": "分管领导", "en": "Leader"}, "role": "admin",
            "minutes": 240,
        },
    ]
}  # fmt: skip
"""Where a company has none of its own."""
