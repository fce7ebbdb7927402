"""The demo town's branches and stations."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import ServiceArea
from crm.areas.plan import read_plan
from crm.areas.service import load as load_plan
from mainline.config import PROJECT


async def load(session: AsyncSession, pack: str) -> None:
    """Bring them in; when there is any, nothing is added."""
    if await session.scalar(select(ServiceArea.id).limit(1)) is None:
        await load_plan(session, read_plan(PROJECT / "packs" / pack / "areas.yaml"))
