"""Telephone numbers that too many customers have: typed to fill a field."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import CustomerPhone
from crm.migration.tally import EXAMPLES_MAX, Tally
from mainline.masking import BLIND

CUSTOMERS_MIN: Final = 10
_KEY: Final = "customers.phones.phone-shared"


async def note(session: AsyncSession, tally: Tally) -> None:
    """Count them, with the commonest as examples."""
    if not tally.counts["customers.imported"]:
        return
    many = func.count()
    grouped = select(CustomerPhone.number, many.label("many")).group_by(CustomerPhone.number)
    found = grouped.having(many >= CUSTOMERS_MIN).subquery()
    total = await session.scalar(select(func.count()).select_from(found)) or 0
    if not total:
        return
    worst = select(found).order_by(found.c.many.desc(), found.c.number).limit(EXAMPLES_MAX)
    tally.problems[_KEY] = total
    tally.examples[_KEY] = [
        {"file": "", "row": 0, "value": BLIND.number(number), "hint": str(times)}
        for number, times in (await session.execute(worst)).all()
    ]
