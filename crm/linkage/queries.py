"""What the rules did."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linkage.models import RuleFiring


async def firings(
    session: AsyncSession, *, rule: str = "", work_order: str = "", request: str = "",
    account_id: int | None = None, limit: int = 50, before: int = 0,
) -> list[RuleFiring]:  # fmt: skip
    """The newest first; of an order also those that opened it."""
    wanted = select(RuleFiring).order_by(RuleFiring.id.desc()).limit(limit)
    if rule:
        wanted = wanted.where(RuleFiring.rule == rule)
    if work_order:
        touched = or_(RuleFiring.work_order == work_order, RuleFiring.result == work_order)
        wanted = wanted.where(touched)
    if request:
        wanted = wanted.where(RuleFiring.request == request)
    if account_id is not None:
        wanted = wanted.where(RuleFiring.account_id == account_id)
    if before:
        wanted = wanted.where(RuleFiring.id < before)
    return list(await session.scalars(wanted))
