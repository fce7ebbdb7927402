"""The rules of the floor in force: pause reasons, the directory, routing by skill."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.directory import Contact
from crm.staff.kinds import DIRECTORY, FILES, PAUSE_REASONS, SKILL_ROUTING
from crm.staff.pauses import PauseReasons
from crm.staff.skills import SkillRouting
from mainline import definitions
from mainline.errors import NotFound


async def pause_reasons(session: AsyncSession) -> PauseReasons:
    """Why agents may pause."""
    return await definitions.rules(session, PAUSE_REASONS)


async def directory(session: AsyncSession) -> tuple[Contact, ...]:
    """Departments and crews."""
    return (await definitions.rules(session, DIRECTORY)).contacts


async def contact(session: AsyncSession, code: str) -> Contact:
    """One of them; NotFound when there is none of that code."""
    for each in await directory(session):
        if each.code == code:
            return each
    raise NotFound("contact")


async def skill_routing(session: AsyncSession) -> SkillRouting:
    """Which queues need skills; none, where nothing was ever published."""
    return await definitions.rules(session, SKILL_ROUTING, SkillRouting())


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    for kind, file in FILES.items():
        await definitions.install_file(session, kind, pack_dir / file)
