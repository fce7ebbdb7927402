"""What rang at an agent's and was not answered: calls and colleagues, however long ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

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
    """The newest first; ``before``: those that come after this one in the list."""
    wanted = select(AgentFact).where(
        AgentFact.agent == agent, AgentFact.kind.in_(_KINDS), AgentFact.detail != ELSEWHERE
    )
    if before is not None:
        last = await one(session, agent, before)
        wanted = wanted.where(AgentFact.at < last.at)
    rows = (await session.scalars(wanted.order_by(AgentFact.at.desc()).limit(SHOWN))).all()
    return [await _told(session, row) for row in _each_call_once(rows)]


async def one(session: AsyncSession, agent: str, fact_id: int) -> Missed:
    """One that this agent missed; NotFound for those of others."""
    row = await session.get(AgentFact, fact_id)
    if row is None or row.agent != agent or row.kind not in _KINDS:
        raise NotFound("missed call")
    return await _told(session, row)


def _each_call_once(rows: Sequence[AgentFact]) -> list[AgentFact]:
    """A call that rang several times stands where it rang last."""
    newest: dict[str, AgentFact] = {}
    for row in rows:
        newest.setdefault(row.call_id or f"fact {row.id}", row)
    return list(newest.values())


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
