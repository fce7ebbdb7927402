"""Where bulletins name roles: such a role does not vanish while somebody is to read them."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from crm.bulletins import service


async def named(session: AsyncSession, roles: Collection[str]) -> list[str]:
    """The standing bulletins that are for one of these roles."""
    return [f"bulletin “{title}”" for title in await service.naming(session, roles)]
