"""Who of those that a campaign would call does not want it, or not now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.models import CampaignTask
from crm.customers.merged import merged_into
from crm.customers.models import Customer
from crm.customers.wishes import Wish, joined
from mainline.db import any_of

_WISHES: Final = [
    select(kept.label("kept"), Customer.contact_by, Customer.contact_from, Customer.contact_until)
    .where(kept.in_(any_of("ids")))
    .where(or_(Customer.contact_by.is_not(None), Customer.contact_from.is_not(None)))
    .order_by(Customer.id)
    for kept in (Customer.id, Customer.merged_into_id)
]
"""Of whom is kept, then of who was merged: two statements, for a campaign asks about thousands."""


async def of_customers(session: AsyncSession, ids: Iterable[int]) -> dict[int, Wish]:
    """What each wished, or a record that is the same person; who wished nothing is left out."""
    wanted = list(ids)
    into = await merged_into(session, wanted) if wanted else {}
    kept = {one: into.get(one, one) for one in wanted}
    found: dict[int | None, list[Wish]] = {}
    for wishes in _WISHES if wanted else ():
        for who, *told in await session.execute(wishes, {"ids": list(set(kept.values()))}):
            found.setdefault(who, []).append(Wish(*told))
    return {one: joined(found[now]) for one, now in kept.items() if now in found}


async def of_task(session: AsyncSession, task: CampaignTask) -> Wish:
    """What whoever it is about wished."""
    if task.customer_id is None:
        return Wish()
    return (await of_customers(session, [task.customer_id])).get(task.customer_id, Wish())


async def wanted_now(
    session: AsyncSession, task: CampaignTask, at: datetime, zone: ZoneInfo
) -> bool:
    """Whether they may be called now; else the task is barred, or waits for their hours."""
    wish = await of_task(session, task)
    if not wish.calls:
        task.state, task.lease_agent, task.lease_until = "barred", None, None
        return False
    moment = wish.next_moment(at, zone)
    if moment > at:
        task.next_at = moment
    return moment <= at
