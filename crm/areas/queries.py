"""Which areas there are, and which a place belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import BRANCH, AreaPremise, ServiceArea


async def areas(session: AsyncSession) -> list[ServiceArea]:
    """All areas, branches first."""
    return list(await session.scalars(select(ServiceArea).order_by(ServiceArea.kind,
                                                                   ServiceArea.code)))  # fmt: skip


async def of_premises(
    session: AsyncSession, premise_ids: Iterable[int]
) -> dict[int, list[ServiceArea]]:
    """The areas of each premise, its branch first."""
    rows = await session.execute(
        select(AreaPremise.premise_id, ServiceArea)
        .join(ServiceArea, ServiceArea.id == AreaPremise.area_id)
        .where(AreaPremise.premise_id.in_(set(premise_ids)))
        .order_by(ServiceArea.kind, ServiceArea.code)
    )
    found: dict[int, list[ServiceArea]] = defaultdict(list)
    for premise_id, area in rows:
        found[premise_id].append(area)
    return dict(found)


async def branch_of(session: AsyncSession, premise_id: int) -> str | None:
    """The code of the branch that serves a premise."""
    found = await session.scalar(
        select(ServiceArea.code)
        .join(AreaPremise, AreaPremise.area_id == ServiceArea.id)
        .where(AreaPremise.premise_id == premise_id, ServiceArea.kind == BRANCH)
        .order_by(ServiceArea.code)
        .limit(1)
    )
    return str(found) if found is not None else None


async def branches(session: AsyncSession) -> Sequence[ServiceArea]:
    """The branches of the company."""
    wanted = select(ServiceArea).where(ServiceArea.kind == BRANCH).order_by(ServiceArea.code)
    return list(await session.scalars(wanted))
