"""Whom orders can belong to: teams of the definition, and people of the company."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.staff.models import User
from crm.work_orders.flow import OVERSEER, SomebodyNeeded
from crm.work_orders.models import WorkOrder


async def named(session: AsyncSession, order: WorkOrder, name: str) -> str:
    """A team, or a person, as orders know them; nothing for nothing."""
    wanted = name.strip()
    types = (await catalog.work_order_types(session, order.type_version)).body
    if not wanted or wanted in types.teams or wanted == OVERSEER:
        return wanted
    return await person(session, wanted)


async def person(session: AsyncSession, name: str) -> str:
    """Somebody of the company by login, agent's number or name, as orders know them."""
    known = or_(User.login == name, User.agent_number == name, User.name == name)
    found = (await session.scalars(select(User).where(known, User.active).limit(2))).all()
    if len(found) != 1:
        raise SomebodyNeeded(name)
    return found[0].agent_number or found[0].name


async def acting(session: AsyncSession, name: str) -> tuple[str, frozenset[str]]:
    """The same person with their roles."""
    known = await person(session, name)
    mine = or_(User.agent_number == known, User.name == known)
    found = (await session.scalars(select(User).where(mine, User.active))).first()
    return known, frozenset(found.roles if found else ())


async def everybody(session: AsyncSession) -> list[tuple[str, str]]:
    """Who can be named: login and name."""
    rows = await session.execute(select(User.login, User.name).where(User.active).limit(2000))
    return [(login, name) for login, name in rows]
