"""Find requests, and what the archive knows of an account's past."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.merged import same_person
from crm.customers.models import Customer, ServiceAccount
from crm.life_cycle.events import request_subject
from crm.life_cycle.flow import OPEN
from crm.life_cycle.kinds import LIFE_CYCLE
from crm.life_cycle.models import AccountLink, AccountRole, LifeRequest
from crm.life_cycle.rules import LifeCycle
from mainline import definitions
from mainline.errors import NotFound
from mainline.journal import Event, entries_after

FACTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None does not matter."""

    state: str | None = None
    """``open``, or one of the states."""
    kind: str | None = None
    customer_id: int | None = None
    account_id: int | None = None


async def find(
    session: AsyncSession, wanted: Wanted = Wanted(), *, limit: int = 50, before: int = 0
) -> list[LifeRequest]:
    """The newest first; ``before`` is the id of the last one of the page before."""
    statement = select(LifeRequest).order_by(LifeRequest.id.desc()).limit(limit)
    if wanted.state == "open":
        statement = statement.where(LifeRequest.state.in_(OPEN))
    elif wanted.state is not None:
        statement = statement.where(LifeRequest.state == wanted.state)
    if wanted.kind is not None:
        statement = statement.where(LifeRequest.kind == wanted.kind)
    if wanted.customer_id is not None:
        statement = statement.where(LifeRequest.customer_id.in_(same_person([wanted.customer_id])))
    if wanted.account_id is not None:
        statement = statement.where(LifeRequest.account_id == wanted.account_id)
    if before:
        statement = statement.where(LifeRequest.id < before)
    return list(await session.scalars(statement))


async def life_cycle(session: AsyncSession) -> LifeCycle | None:
    """What can be requested now; None where the company has defined nothing."""
    try:
        return await definitions.rules(session, LIFE_CYCLE)
    except NotFound:
        return None


async def history(session: AsyncSession, number: str) -> list[Event]:
    """What was done with a request, by whom."""
    entries = await entries_after(session, 0, limit=FACTS_MAX, subject=request_subject(number))
    return [entry.event for entry in entries]


async def owners(
    session: AsyncSession, account_ids: Sequence[int]
) -> dict[int, list[tuple[AccountRole, str]]]:
    """Who was what at these accounts, with their names, the earliest first."""
    rows = await session.execute(
        select(AccountRole, Customer.name)
        .join(Customer, Customer.id == AccountRole.customer_id)
        .where(AccountRole.account_id.in_(account_ids))
        .order_by(AccountRole.id)
    )
    found: dict[int, list[tuple[AccountRole, str]]] = {}
    for role, name in rows:
        found.setdefault(role.account_id, []).append((role, name))
    return found


async def links(session: AsyncSession, account_id: int) -> list[tuple[AccountLink, str, str]]:
    """Accounts that came from this one or went into it, with both numbers."""
    source, target = ServiceAccount.__table__.alias(), ServiceAccount.__table__.alias()
    rows = await session.execute(
        select(AccountLink, source.c.number, target.c.number)
        .join(source, source.c.id == AccountLink.from_id)
        .join(target, target.c.id == AccountLink.to_id)
        .where((AccountLink.from_id == account_id) | (AccountLink.to_id == account_id))
        .order_by(AccountLink.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
