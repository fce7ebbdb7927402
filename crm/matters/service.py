"""Raise a matter, take it, pass it on, settle it; and let it climb when its time is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer
from crm.matters.events import (
    MatterClimbed,
    MatterLate,
    MatterRaised,
    MatterSettled,
    MatterTaken,
    matter_subject,
)
from crm.matters.kinds import MATTER_LADDER
from crm.matters.models import Matter
from crm.matters.rules import LADDER, Ladder, climbs, due, may_take
from crm.work_orders.service import by_number
from mainline import definitions
from mainline.clock import now
from mainline.db import Database
from mainline.definitions import COMPANY
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

TEXT_CHARS_MAX: Final = 2000
KEY_CHARS_MAX: Final = 160
BATCH: Final = 200
CLOCK: Final = "clock"


class NotYourRung(MainlineError):
    """Another role has it now."""

    code = "matter-rung"
    status = 403
    words = Text("This matter is with somebody else now.")


class TakenAlready(MainlineError):
    """Somebody was faster."""

    code = "matter-taken"
    words = Text("%(owner)s has taken this matter.")


class TopOfLadder(MainlineError):
    """There is nobody above."""

    code = "matter-top"
    words = Text("Nobody stands above this rung: it has to be settled here.")


class SettledAlready(MainlineError):
    """It is over."""

    code = "matter-settled"
    words = Text("This matter is settled.")


class WordsNeeded(Invalid):
    """Whoever has it next reads them."""

    code = "matter-words"
    words = Text("Please write down what it is about.")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the name that stands in lists, others they go by, and their roles."""

    name: str
    names: tuple[str, ...]
    roles: frozenset[str]


async def ladder(session: AsyncSession, version: int | None = None) -> tuple[int, Ladder]:
    """The ladder in force, or that of an earlier version; the house's where there is none."""
    if version == 0:
        return 0, Ladder.model_validate(LADDER)
    try:
        found = (
            await definitions.current(session, MATTER_LADDER.name, COMPANY)
            if version is None
            else await definitions.version(session, MATTER_LADDER.name, COMPANY, version)
        )
    except NotFound:
        return 0, Ladder.model_validate(LADDER)
    return found.version, cast(Ladder, found.body)


async def raise_matter(
    session: AsyncSession, *, key: str, summary: str, by: Actor, zone: ZoneInfo,
    call_id: str | None = None, customer_id: int | None = None, work_order: str = "",
) -> Matter:  # fmt: skip
    """Whoever raises it has it first, if they stand on the first rung."""
    if not 0 < len(key) <= KEY_CHARS_MAX:
        raise Invalid("key")
    known = cast("Matter | None", await session.scalar(select(Matter).where(Matter.key == key)))
    if known is not None:
        return known
    if not summary.strip():
        raise WordsNeeded
    if customer_id is not None and await session.get(Customer, customer_id) is None:
        raise NotFound("customer")
    if work_order:
        order = await by_number(session, work_order)
        customer_id = customer_id or order.customer_id
    version, body = await ladder(session)
    at = now()
    mine = may_take(body.rungs[0], by.roles, by.names)
    matter = Matter(
        key=key, version=version, level=0, state="taken" if mine else "waiting",
        owner=by.name if mine else "", due_at=due(body, 0, at, zone), call_id=call_id,
        customer_id=customer_id, work_order=work_order, raised_at=at, raised_by=by.name,
        summary=summary.strip()[:TEXT_CHARS_MAX],
    )  # fmt: skip
    matter.next_at = matter.due_at
    try:
        async with session.begin_nested():
            session.add(matter)
    except IntegrityError:  # two at the very same moment: the first one counts
        return (await session.scalars(select(Matter).where(Matter.key == key))).one()
    await append(session, MatterRaised(
        subject=matter_subject(matter.id), at=at, by=by.name, due_at=matter.due_at,
        call_id=call_id, work_order=work_order,
    ))  # fmt: skip
    return matter


async def take(session: AsyncSession, matter_id: int, *, by: Actor) -> Matter:
    """See to it by name; the time of the rung goes on."""
    matter = await _locked(session, matter_id)
    _version, body = await ladder(session, matter.version)
    if not may_take(body.rungs[matter.level], by.roles, by.names):
        raise NotYourRung
    if matter.state == "taken":
        if matter.owner == by.name:
            return matter
        raise TakenAlready(owner=matter.owner)
    matter.state, matter.owner = "taken", by.name
    fact = MatterTaken(subject=matter_subject(matter.id), level=matter.level, by=by.name)
    await append(session, fact)
    return matter


async def pass_on(
    session: AsyncSession, matter_id: int, *, by: Actor, note: str, zone: ZoneInfo
) -> Matter:
    """Who has it cannot settle it: it is the next rung's, and says why."""
    matter = await _owned(session, matter_id, by)
    if not note.strip():
        raise WordsNeeded
    _version, body = await ladder(session, matter.version)
    if matter.level + 1 >= len(body.rungs):
        raise TopOfLadder
    at, level = now(), matter.level + 1
    fact = _climb(matter, body, level, due(body, level, at, zone))
    told = {"why": "asked", "by": by.name, "at": at, "note": note.strip()[:TEXT_CHARS_MAX]}
    await append(session, fact.model_copy(update=told))
    return matter


async def settle(session: AsyncSession, matter_id: int, *, by: Actor, outcome: str) -> Matter:
    """Who has it writes down what came of it."""
    matter = await _owned(session, matter_id, by)
    if not outcome.strip():
        raise WordsNeeded
    matter.state, matter.settled_at, matter.settled_by = "settled", now(), by.name
    matter.outcome, matter.next_at = outcome.strip()[:TEXT_CHARS_MAX], None
    fact = MatterSettled(subject=matter_subject(matter.id), level=matter.level, by=by.name)
    await append(session, fact)
    return matter


async def _owned(session: AsyncSession, matter_id: int, by: Actor) -> Matter:
    matter = await _locked(session, matter_id)
    if matter.owner != by.name:
        raise TakenAlready(owner=matter.owner) if matter.owner else NotYourRung
    return matter


async def _locked(session: AsyncSession, matter_id: int) -> Matter:
    matter = await session.get(Matter, matter_id, with_for_update=True, populate_existing=True)
    if matter is None:
        raise NotFound("matter")
    if matter.state == "settled":
        raise SettledAlready
    return matter


def _climb(matter: Matter, body: Ladder, level: int, due_at: datetime) -> MatterClimbed:
    """Nobody of the new rung has it yet."""
    matter.level, matter.state, matter.owner = level, "waiting", ""
    matter.due_at = matter.next_at = due_at
    return MatterClimbed(
        subject=matter_subject(matter.id), level=level, rung=body.rungs[level].code, why="time",
        by=CLOCK, due_at=due_at,
    )  # fmt: skip


async def run_out(database: Database, at: datetime, zone: ZoneInfo) -> int:
    """Let everything climb whose time is over; how many matters that concerned.

    What has been told stands in the matter, in the transaction that tells it: a worker that is
    killed or starts late tells nothing twice and forgets nothing.
    """
    async with database.reading() as session:
        if await session.scalar(select(Matter.id).where(Matter.next_at <= at).limit(1)) is None:
            return 0
    told, more = 0, True
    while more:
        async with database.unit_of_work() as session:
            batch = await _batch(session, at, zone)
        told, more = told + batch, batch == BATCH
    return told


async def _batch(session: AsyncSession, at: datetime, zone: ZoneInfo) -> int:
    over = select(Matter).where(Matter.next_at <= at).order_by(Matter.next_at).limit(BATCH)
    matters = (await session.scalars(over.with_for_update(skip_locked=True))).all()
    for matter in matters:
        await _run_out(session, matter, at, zone)
    return len(matters)


async def _run_out(session: AsyncSession, matter: Matter, at: datetime, zone: ZoneInfo) -> None:
    _version, body = await ladder(session, matter.version)
    steps, late = climbs(body, matter.level, matter.due_at, at, zone)
    for step in steps:
        fact = _climb(matter, body, step.level, step.due_at)
        await append(session, fact.model_copy(update={"at": step.at}))
    if late:
        matter.late, matter.next_at = True, None
        await append(session, MatterLate(
            subject=matter_subject(matter.id), at=at, level=matter.level, owner=matter.owner,
        ))  # fmt: skip
