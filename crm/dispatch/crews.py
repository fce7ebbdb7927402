"""Who can be sent, and what each of them does now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import calendars
from crm.dispatch.kinds import DISPATCH
from crm.dispatch.proposals import Person
from crm.dispatch.rules import PLAIN, DispatchRules
from crm.field import positions
from crm.field.doing import company_rules
from crm.field.models import FieldWorker
from crm.field.rules import FieldRules, working
from crm.staff.models import User
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import Settings

ROLE = "field"


async def dispatch_rules(session: AsyncSession) -> DispatchRules:
    """How the company sends its people."""
    return await definitions.rules(session, DISPATCH, PLAIN)


@dataclass(frozen=True, slots=True)
class _Load:
    orders: int = 0
    late: int = 0
    emergencies: int = 0


async def people(session: AsyncSession, at: datetime, zone: ZoneInfo | None = None) -> list[Person]:
    """Everybody who goes out."""
    rows = await session.scalars(select(User).where(User.active).order_by(User.login).limit(5000))
    crew = [user for user in rows if ROLE in user.roles]
    rules, field = await dispatch_rules(session), await company_rules(session)
    where = {one.worker: one for one in await positions.last_known(session)}
    loads = await _loads(session, crew, at)
    there = zone or Settings().zone
    return [
        _person(rules, field, user, where.get(_name(user)), loads.get(user.id, _Load()), at, there)
        for user in crew
    ]


def _name(user: User) -> str:
    return user.agent_number or user.name


def _person(
    rules: DispatchRules, field: FieldRules, user: User, where: FieldWorker | None, load: _Load,
    at: datetime, zone: ZoneInfo,
) -> Person:  # fmt: skip
    age = _age_min(field, where, at)
    known = where is not None and where.lon is not None and where.lat is not None
    point = (where.lon, where.lat) if known and where is not None and age is not None else None
    return Person(
        user.login, _name(user), user.team, frozenset(user.skills),
        on_shift(rules, field, user.login, at, zone),
        (point[0] or 0.0, point[1] or 0.0) if point else None, age,
        load.orders, load.late, load.emergencies,
    )  # fmt: skip


def _age_min(field: FieldRules, where: FieldWorker | None, at: datetime) -> int | None:
    """In minutes; None when nothing is known that is of use."""
    if where is None or where.at is None:
        return None
    age = at - where.at
    fresh = age <= timedelta(minutes=field.positions.stale_min)
    return int(age.total_seconds() // 60) if fresh else None


def on_shift(
    rules: DispatchRules, field: FieldRules, login: str, at: datetime, zone: ZoneInfo
) -> bool:
    """Whether somebody works then: in their own shift, else in the field's working time."""
    own = rules.shifts.get(rules.people.get(login, ""))
    if own is None:
        return working(field, at, zone)
    span = next(calendars.spans(own, at, zone), None)
    return span is not None and span[0] <= at < span[1]


async def _loads(session: AsyncSession, crew: Sequence[User], at: datetime) -> Mapping[int, _Load]:
    """What each of them has to do."""
    known = {name: user.id for user in crew for name in (user.login, user.name, _name(user))}
    rows = await session.execute(
        select(WorkOrder.owner, WorkOrder.urgency, WorkOrder.due_complete_at).where(
            WorkOrder.closed_at.is_(None), WorkOrder.completed_at.is_(None),
            WorkOrder.owner.in_(known),
        )
    )  # fmt: skip
    found: dict[int, _Load] = {}
    for owner, urgency, due_at in rows:
        before = found.get(known[owner], _Load())
        found[known[owner]] = _Load(
            before.orders + 1, before.late + (due_at < at),
            before.emergencies + (urgency == "emergency"),
        )  # fmt: skip
    return found
