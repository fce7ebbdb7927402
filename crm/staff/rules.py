"""The rules of the floor in force: pause reasons, the directory, routing by skill."""

from pathlib import Path
from typing import cast

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.directory import Contact, Directory
from crm.staff.kinds import DIRECTORY, FILES, NAME, PAUSE_REASONS, SKILL_ROUTING
from crm.staff.pauses import PauseReasons
from crm.staff.skills import SkillRouting
from mainline import definitions
from mainline.errors import NotFound


async def pause_reasons(session: AsyncSession) -> PauseReasons:
    """Why agents may pause."""
    return cast(PauseReasons, (await definitions.current(session, PAUSE_REASONS.name, NAME)).body)


async def directory(session: AsyncSession) -> tuple[Contact, ...]:
    """Departments and crews."""
    found = await definitions.current(session, DIRECTORY.name, NAME)
    return cast(Directory, found.body).contacts


async def contact(session: AsyncSession, code: str) -> Contact:
    """One of them; NotFound when there is none of that code."""
    for each in await directory(session):
        if each.code == code:
            return each
    raise NotFound("contact")


async def skill_routing(session: AsyncSession) -> SkillRouting:
    """Which queues need skills; none, where nothing was ever published."""
    try:
        found = await definitions.current(session, SKILL_ROUTING.name, NAME)
    except NotFound:
        return SkillRouting()
    return cast(SkillRouting, found.body)


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    for kind, file in FILES.items():
        body = yaml.safe_load((pack_dir / file).read_text("utf-8"))
        await definitions.install(session, kind, NAME, body, by="pack")
