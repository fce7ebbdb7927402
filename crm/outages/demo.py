"""The demo town's interruptions, dated from the moment of loading."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.customers.town import Interruption, town
from crm.outages.models import Outage
from crm.outages.service import announce
from mainline.clock import now


async def load(session: AsyncSession, pack: str) -> None:
    """Announce them; when there is any, nothing is added."""
    if await session.scalar(select(Outage.id).limit(1)) is not None:
        return
    plan = town(pack)
    for one in plan.outages:
        name = plan.community(one.area).name.zh
        area = await session.scalar(
            select(AddressNode.id).where(
                AddressNode.level == "community", AddressNode.name_zh == name
            )
        )
        if area is not None:
            await _announce(session, one, area)


async def _announce(session: AsyncSession, one: Interruption, area_id: int) -> None:
    began_at = now() + timedelta(hours=one.begins_in_hours - one.began_hours_ago)
    await announce(
        session,
        area_id=area_id,
        kind=one.kind,
        text_zh=one.text.zh,
        text_en=one.text.en,
        began_at=began_at,
        expected_end_at=began_at + timedelta(hours=one.lasts_hours),
    )
