"""What the checks of a request look at."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.queries import arrears_of
from crm.customers.models import ServiceAccount
from crm.life_cycle.details import Details, other_account
from crm.life_cycle.flow import OPEN, Known, OpenAlready
from crm.life_cycle.models import LifeRequest
from crm.work_orders.models import WorkOrder

ORDER_KEY = "request:"
"""Orders that follow from a request have keys that begin so."""


async def of(
    session: AsyncSession, account: ServiceAccount | None, told: Details, *, asked_on: date,
    starts_on: date,
) -> Known:  # fmt: skip
    """Statuses, arrears and open orders of the accounts it is about."""
    accounts = await _accounts(session, account, told)
    ids = [one.id for one in accounts]
    owed = await arrears_of(session, ids, today=asked_on)
    running = select(func.count()).where(
        WorkOrder.account_id.in_(ids), WorkOrder.closed_at.is_(None),
        WorkOrder.completed_at.is_(None), WorkOrder.key.not_like(f"{ORDER_KEY}%"),
    )  # fmt: skip
    return Known(
        [one.status for one in accounts], sum(one.total_fen for one in owed.values()),
        await session.scalar(running) or 0, asked_on, starts_on,
    )  # fmt: skip


async def _accounts(
    session: AsyncSession, account: ServiceAccount | None, told: Details
) -> list[ServiceAccount]:
    if account is None:
        return []
    if not told.other_account:
        return [account]
    return [account, await other_account(session, told, account)]


async def check_none_open(
    session: AsyncSession, account: ServiceAccount | None, told: Details
) -> None:
    """One request at a time for an account; refused with the number of the one that is open."""
    ids = [one.id for one in await _accounts(session, account, told)]
    wanted = select(LifeRequest.number).where(
        LifeRequest.account_id.in_(ids), LifeRequest.state.in_(OPEN)
    )
    number = await session.scalar(wanted.limit(1))
    if number is not None:
        raise OpenAlready(number=number)
