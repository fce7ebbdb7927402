"""The catalog of a demo town is its pack's."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.service import install
from mainline.config import PROJECT


async def load(session: AsyncSession, pack: str) -> None:
    """Publish the pack's catalog; the demo's orders need it."""
    await install(session, PROJECT / "packs" / pack)
