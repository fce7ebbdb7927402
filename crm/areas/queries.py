"""Which areas there are, and which a place belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import BRANCH, SUPPLY, AreaPremise, ServiceArea
from crm.customers.addressed import below
from crm.customers.models import Premise, ServiceAccount
from mainline.audit.as_of import table_as_of
from mainline.db import any_of

_BRANCH_OF: Final = (
    select(ServiceArea.code)
    .join(AreaPremise, AreaPremise.area_id == ServiceArea.id)
    .where(AreaPremise.premise_id == bindparam("premise"), ServiceArea.kind == BRANCH)
    .order_by(ServiceArea.code)
    .limit(1)
)
"""Each caller asks: put together once, not each time."""
_SERVING: Final = (
    select(AreaPremise.premise_id, ServiceArea)
    .join(ServiceArea, ServiceArea.id == AreaPremise.area_id)
    .where(AreaPremise.premise_id.in_(any_of("premises")))
    .order_by(ServiceArea.kind, ServiceArea.code)
)


async def areas(session: AsyncSession) -> list[ServiceArea]:
    """All areas, branches first."""
    return list(await session.scalars(select(ServiceArea).order_by(ServiceArea.kind,
                                                                   ServiceArea.code)))  # fmt: skip


async def of_premises(
    session: AsyncSession, premise_ids: Iterable[int]
) -> dict[int, list[ServiceArea]]:
    """The areas of each premise, its branch first."""
    rows = await session.execute(_SERVING, {"premises": list(set(premise_ids))})
    found: dict[int, list[ServiceArea]] = defaultdict(list)
    for premise_id, area in rows:
        found[premise_id].append(area)
    return dict(found)


async def branch_of(session: AsyncSession, premise_id: int) -> str | None:
    """The code of the branch that serves a premise."""
    found = await session.scalar(_BRANCH_OF, {"premise": premise_id})
    return str(found) if found is not None else None


async def branches(session: AsyncSession, as_of: datetime | None = None) -> Sequence[ServiceArea]:
    """The branches of the company, or those of a past moment."""
    if as_of is not None:
        then = await table_as_of(session, ServiceArea, as_of)
        return sorted((one for one in then if one.kind == BRANCH), key=lambda one: one.code)
    wanted = select(ServiceArea).where(ServiceArea.kind == BRANCH).order_by(ServiceArea.code)
    return list(await session.scalars(wanted))


async def supplied_by(
    session: AsyncSession, *, accounts: Iterable[int] = (), customers: Iterable[int] = ()
) -> tuple[dict[int, str], dict[int, str]]:
    """The code of what supplies each account's home, and each customer's first home."""
    rows = await session.execute(
        select(ServiceAccount.id, ServiceAccount.customer_id, ServiceArea.code)
        .join(AreaPremise, AreaPremise.premise_id == ServiceAccount.premise_id)
        .join(ServiceArea, ServiceArea.id == AreaPremise.area_id)
        .where(ServiceArea.kind == SUPPLY)
        .where(or_(ServiceAccount.id.in_(set(accounts)),
                   ServiceAccount.customer_id.in_(set(customers))))
        .order_by(ServiceAccount.id.desc())
    )  # fmt: skip
    found = [(account, customer, code) for account, customer, code in rows]
    return {one[0]: one[2] for one in found}, {one[1]: one[2] for one in found}


async def covered_by(session: AsyncSession, place: str) -> set[int]:
    """Areas with a premise at or below a path of the address tree."""
    inside = select(AreaPremise.area_id).join(Premise, Premise.id == AreaPremise.premise_id)
    return set((await session.scalars(inside.where(below(Premise.path, place)).distinct())).all())
