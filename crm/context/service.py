"""Why this caller probably calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries as appointments
from crm.appointments.models import Appointment
from crm.billing import queries as billing
from crm.context import queries
from crm.context.kinds import CONTEXT, FILE
from crm.context.likely import Likely, Situation, likely
from crm.context.rules import ContextRules
from crm.context.sticky import comes_free
from crm.outages import service as outages
from crm.outages.models import Outage
from crm.staff.queries import agent as agent_of
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.errors import NotFound


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who calls. Without a customer, only what this number reported is looked at."""

    call_id: str
    customer_id: int | None = None
    number: str | None = None
    account_ids: Sequence[int] = ()
    premise_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """The reason with what it is about, and what is done for somebody who calls again."""

    likely: Likely
    order: WorkOrder | None = None
    visit: Appointment | None = None
    """When somebody comes for the order."""
    outage: Outage | None = None
    overdue_fen: int = 0
    key: str = "1"
    agent: str = ""
    """The agent of before, if there in a moment."""
    wait_s: int = 0
    priority: int = 0
    escalated: bool = False


async def rules(session: AsyncSession) -> ContextRules:
    """Those in force."""
    return await definitions.rules(session, CONTEXT, ContextRules())


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    await definitions.install_file(session, CONTEXT.name, pack_dir / FILE)


async def context(
    session: AsyncSession, who: Who, *, at: datetime, today: date, private: bool, wrapup_s: int
) -> Context | None:
    """What to tell this caller first; None when nothing stands out."""
    allowed = await rules(session)
    if not allowed.enabled or not allowed.reasons:
        return None
    running = await _running(session, who.premise_ids, at)
    orders = await queries.open_orders(session, who.customer_id, who.number) if private else []
    visits = await appointments.of_orders(session, [order.id for order in orders])
    known = Situation(
        orders=[await queries.plain(session, each, visits.get(each.id)) for each in orders],
        contacts=await queries.contacts(
            session, who.call_id, who.customer_id, who.number, at=at, rules=allowed.repeat
        )
        if private
        else (),
        outage=running is not None,
        overdue_fen=await _overdue(session, who.account_ids, today) if private else 0,
    )
    found = likely(known, allowed, at=at, today=today, private=private)
    if found is None:
        return None
    order = next((one for one in orders if one.number == found.order), None)
    visit = visits.get(order.id) if order else None
    plain = Context(found, order, visit, running, known.overdue_fen, allowed.more_key)
    return await _again(session, plain, allowed, at, wrapup_s) if found.repeat else plain


async def _again(
    session: AsyncSession, found: Context, allowed: ContextRules, at: datetime, wrapup_s: int
) -> Context:
    """What somebody who calls again is given."""
    repeat, limits = found.likely.repeat, allowed.repeat
    assert repeat is not None  # noqa: S101 - asked by the caller
    there = await _is_there(session, repeat.agent, at, wrapup_s=wrapup_s, wait_s=limits.wait_s)
    return Context(
        found.likely,
        found.order,
        key=found.key,
        agent=repeat.agent if there else "",
        wait_s=limits.wait_s,
        priority=limits.priority(repeat.calls),
        escalated=repeat.calls >= limits.escalate_at,
    )


async def _is_there(
    session: AsyncSession, number: str, at: datetime, *, wrapup_s: int, wait_s: int
) -> bool:
    if not number:
        return False
    try:
        found = await agent_of(session, number)
    except NotFound:
        return False
    return comes_free(found, at, wrapup_s=wrapup_s, wait_s=wait_s)


async def _running(
    session: AsyncSession, premise_ids: Sequence[int], at: datetime
) -> Outage | None:
    for premise_id in premise_ids:
        for outage in await outages.for_premise(session, premise_id):
            if outage.began_at <= at:
                return outage
    return None


async def _overdue(session: AsyncSession, account_ids: Sequence[int], today: date) -> int:
    if not account_ids:
        return 0
    owed = await billing.arrears_of(session, account_ids, today=today)
    return sum(one.overdue_fen for one in owed.values())
