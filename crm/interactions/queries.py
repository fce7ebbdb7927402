"""The call list, one call, and the queues' figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.queues import PLAIN, Measure
from crm.customers.merged import SAME_PERSON, same_person
from crm.customers.queries import names
from crm.interactions.metrics import Figures, Group, figures
from crm.interactions.models import (
    CallTimeline,
    Disposition,
    Interaction,
    MenuPassage,
    QueueVisit,
)
from mainline.db import at_most
from mainline.errors import NotFound
from mainline.phone import spellings

SERVICE_LEVEL_S = 20
_NEWEST: Final = (
    select(Interaction)
    .order_by(Interaction.began_at.desc(), Interaction.id.desc())
    .limit(at_most())
)
_OF_PERSON: Final = _NEWEST.where(Interaction.customer_id.in_(SAME_PERSON))
_WAITING: Final = (
    select(QueueVisit, Interaction)
    .join(Interaction, Interaction.id == QueueVisit.call_id)
    .where(QueueVisit.how.is_(None))
    .order_by(QueueVisit.priority.desc(), QueueVisit.entered_at)
    .limit(500)
)
_ENTERED: Final = select(QueueVisit.queue, QueueVisit.entered_at, QueueVisit.how).where(
    QueueVisit.entered_at >= bindparam("since"), QueueVisit.entered_at < bindparam("until")
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    ani: str | None = None
    customer_id: int | None = None
    agent: str | None = None
    queue: str | None = None
    outcome: str | None = None
    reason: str | None = None
    direction: str | None = None
    area_code: str = ""
    """Of the company: networks tell local numbers without it."""


@dataclass(frozen=True, slots=True)
class CallView:
    """A call with everything that is known of it."""

    call: Interaction
    customer_name: str | None
    facts: list[dict[str, Any]]
    visits: list[QueueVisit]
    disposition: Disposition | None


async def find(
    session: AsyncSession,
    wanted: Filter = Filter(),
    *,
    limit: int = 50,
    before: tuple[datetime, str] | None = None,
) -> list[Interaction]:
    """Newest first; ``before`` is the place of the last one on the page before."""
    if before is None and wanted == Filter(customer_id=wanted.customer_id):
        statement = _NEWEST if wanted.customer_id is None else _OF_PERSON
    else:
        statement = _filtered(_NEWEST, wanted)
    if before is not None:
        statement = statement.where(tuple_(Interaction.began_at, Interaction.id) < before)
    asked = {"limit": limit, "people": [wanted.customer_id]}
    return list(await session.scalars(statement, asked))


async def customer_names(session: AsyncSession, calls: Iterable[Interaction]) -> dict[int, str]:
    """Names of those who called, in one statement."""
    return await names(session, {call.customer_id for call in calls if call.customer_id})


async def view(session: AsyncSession, call_id: str) -> CallView:
    """One call with its timeline; NotFound if there is none."""
    call = await session.get(Interaction, call_id)
    timeline = await session.get(CallTimeline, call_id)
    if call is None or timeline is None:
        raise NotFound("call")
    visits = select(QueueVisit).where(QueueVisit.call_id == call_id).order_by(QueueVisit.seq)
    disposed = select(Disposition).where(Disposition.call_id == call_id)
    names = await customer_names(session, [call])
    return CallView(
        call,
        names.get(call.customer_id) if call.customer_id is not None else None,
        sorted(timeline.facts, key=_moment),
        list(await session.scalars(visits)),
        await session.scalar(disposed),
    )


def _moment(fact: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(fact["at"])


async def waiting(session: AsyncSession) -> list[tuple[QueueVisit, Interaction]]:
    """Who waits now: the highest priority first, then the longest wait."""
    rows = await session.execute(_WAITING)
    return [(visit, call) for visit, call in rows]


async def queue_figures(
    session: AsyncSession,
    *,
    since: datetime,
    until: datetime,
    service_levels: Mapping[str, int] | None = None,
    measure: Measure = PLAIN,
) -> dict[str, Figures]:
    """What became of the callers who entered each queue in that time."""
    allowed = _allowed(service_levels or {})
    rows = await session.execute(
        select(
            QueueVisit.queue,
            QueueVisit.how,
            func.count(),
            func.sum(case((QueueVisit.wait_s <= allowed, 1), else_=0)),
            func.coalesce(func.sum(QueueVisit.wait_s), 0.0),
            func.coalesce(func.max(QueueVisit.wait_s), 0.0),
            func.sum(case((QueueVisit.wait_s <= measure.short_abandon_s, 1), else_=0)),
        )
        .where(QueueVisit.entered_at >= since, QueueVisit.entered_at < until)
        .group_by(QueueVisit.queue, QueueVisit.how)
    )
    groups: dict[str, list[Group]] = {}
    for queue, how, *numbers in rows:
        groups.setdefault(queue, []).append(Group(how, *numbers))
    return {queue: figures(found, measure) for queue, found in groups.items()}


async def passages(
    session: AsyncSession, menu: str, *, since: datetime, until: datetime
) -> list[tuple[str, str, str | None, bool, int]]:
    """How many callers went from where to where: node, key, next node, given up, calls."""
    grouped = (MenuPassage.node, MenuPassage.keys, MenuPassage.target, MenuPassage.gave_up)
    rows = await session.execute(
        select(*grouped, func.count())
        .where(MenuPassage.menu == menu, MenuPassage.at >= since, MenuPassage.at < until)
        .group_by(*grouped)
    )
    return [(node, keys, target, gave_up, calls) for node, keys, target, gave_up, calls in rows]


async def entered(
    session: AsyncSession, *, since: datetime, until: datetime
) -> list[tuple[str, datetime, str | None]]:
    """Every visit that began in that time: its queue, when, and how it ended."""
    rows = await session.execute(_ENTERED, {"since": since, "until": until})
    return [(row[0], row[1], row[2]) for row in rows]


def _allowed(service_levels: Mapping[str, int]) -> ColumnElement[int]:
    """The seconds within which a visit's queue is to be answered."""
    each = [(QueueVisit.queue == queue, seconds) for queue, seconds in service_levels.items()]
    return case(*each, else_=SERVICE_LEVEL_S) if each else literal(SERVICE_LEVEL_S)


def _filtered(statement: Select[Interaction], wanted: Filter) -> Select[Interaction]:
    if wanted.ani is not None:
        statement = statement.where(
            Interaction.ani.in_(spellings(wanted.ani, area_code=wanted.area_code))
        )
    if wanted.customer_id is not None:
        mine = same_person([wanted.customer_id])
        statement = statement.where(Interaction.customer_id.in_(mine))
    for name in ("agent", "queue", "outcome", "reason", "direction"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(Interaction, name) == value)
    if wanted.since is not None:
        statement = statement.where(Interaction.began_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Interaction.began_at < wanted.until)
    return statement
