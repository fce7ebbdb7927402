"""Bring areas in, with the premises that belong to them."""

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.areas.models import AreaPremise, ServiceArea
from crm.areas.plan import AreaPlan, AreasPlan
from crm.customers.addressed import below
from crm.customers.models import Premise
from mainline.errors import Invalid


async def load(session: AsyncSession, plan: AreasPlan) -> int:
    """Make or renew these areas; a place that nobody knows is refused. How many areas."""
    for one in plan.areas:
        area = await _area(session, one)
        await session.execute(delete(AreaPremise).where(AreaPremise.area_id == area.id))
        for place in one.serves:
            await _serve(session, area, await _path(session, place))
        mine = select(func.count()).where(AreaPremise.area_id == area.id)
        area.premises = await session.scalar(mine) or 0
    return len(plan.areas)


async def _area(session: AsyncSession, plan: AreaPlan) -> ServiceArea:
    area = await session.scalar(select(ServiceArea).where(ServiceArea.code == plan.code))
    if area is None:
        area = ServiceArea(code=plan.code)
        session.add(area)
    area.kind, area.name_zh, area.name_en = plan.kind, plan.name.zh, plan.name.en
    area.outline = list(plan.outline)
    await session.flush()
    return area


async def _path(session: AsyncSession, place: str) -> str:
    """The place of the address tree: a community, and what is named below it."""
    first, *rest = place.split("/")
    wanted = AddressNode.level == "community", AddressNode.name_zh == first
    node = await session.scalar(select(AddressNode).where(*wanted))
    for name in rest:
        if node is not None:
            inside = AddressNode.parent_id == node.id, AddressNode.name_zh == name
            node = await session.scalar(select(AddressNode).where(*inside))
    if node is None:
        raise Invalid(place)
    return node.path


async def _serve(session: AsyncSession, area: ServiceArea, path: str) -> None:
    known = select(AreaPremise.premise_id).where(AreaPremise.area_id == area.id)
    premises = select(Premise.id, literal(area.id)).where(
        below(Premise.path, path), Premise.id.not_in(known)
    )
    await session.execute(insert(AreaPremise).from_select(["premise_id", "area_id"], premises))
