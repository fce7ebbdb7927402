"""What rang at an agent's and was not answered: calls and colleagues, however long ago."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.customers.models import Customer
from crm.interactions.models import Interaction
from crm.staff.models import ELSEWHERE, AgentFact, User
from mainline.errors import NotFound
from mainline.journal.floor_events import DirectCallMissed
from mainline.journal.talk_events import AgentMissed

SHOWN: Final = 30
_KINDS: Final = (AgentMissed.kind, DirectCallMissed.kind)


@dataclass(frozen=True, slots=True)
class Missed:
    """One of them. ``outcome`` says what became of a call, ``colleague`` who of us called."""

    id: int
    at: datetime
    number: str = ""
    customer_id: int | None = None
    customer: str = ""
    outcome: str = ""
    colleague: str = ""
    colleague_name: str = ""


async def missed(session: AsyncSession, agent: str, *, before: int | None = None) -> list[Missed]:
    """The newest first, SHOWN at most; ``before``: those that come after this one in the list.

    A call that rang several times stands where it rang last.
    """
    wanted = select(AgentFact).where(*_mine(AgentFact, agent), ~_rang_again(agent))
    if before is not None:
        last = await one(session, agent, before)
        wanted = wanted.where(tuple_(AgentFact.at, AgentFact.id) < (last.at, last.id))
    newest_first = wanted.order_by(AgentFact.at.desc(), AgentFact.id.desc())
    return [await _told(session, row) for row in await session.scalars(newest_first.limit(SHOWN))]


def _mine(fact: type[AgentFact], agent: str) -> tuple[ColumnElement[bool], ...]:
    return fact.agent == agent, fact.kind.in_(_KINDS), fact.detail != ELSEWHERE


def _rang_again(agent: str) -> ColumnElement[bool]:
    """The call rang there once more afterwards, and was missed again."""
    later = aliased(AgentFact)
    return exists().where(
        later.call_id == AgentFact.call_id,
        later.call_id != "",
        *_mine(later, agent),
        tuple_(later.at, later.id) > tuple_(AgentFact.at, AgentFact.id),
    )


async def one(session: AsyncSession, agent: str, fact_id: int) -> Missed:
    """One that this agent missed; NotFound for those of others."""
    row = await session.get(AgentFact, fact_id)
    if row is None or row.agent != agent or row.kind not in _KINDS:
        raise NotFound("missed call")
    return await _told(session, row)


async def _told(session: AsyncSession, row: AgentFact) -> Missed:
    if row.kind == DirectCallMissed.kind:
        wanted = select(User.name).where(User.agent_number == row.detail)
        name = await session.scalar(wanted) or ""
        return Missed(row.id, row.at, colleague=row.detail, colleague_name=name)
    call = await session.get(Interaction, row.call_id)
    if call is None:
        return Missed(row.id, row.at)
    customer = await session.get(Customer, call.customer_id) if call.customer_id else None
    return Missed(
        row.id, row.at, call.ani, call.customer_id, customer.name if customer else "", call.outcome
    )
