"""The demo's people. Their password is no secret: demo mode shows it."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.models import User
from crm.staff.service import add_user
from mainline.config import PROJECT
from mainline.datafile import content

PASSWORD: Final = "mainline"  # noqa: S105 - known to everybody on purpose


async def load(session: AsyncSession, pack: str) -> None:
    """Take them on; who is there already is left alone."""
    there = set(await session.scalars(select(User.login)))
    for person in people(pack):
        if person["login"] not in there:
            await add_user(session, password=PASSWORD, **person)


def people(pack: str) -> list[dict[str, Any]]:
    """Those of the pack's file."""
    path = PROJECT / "packs" / pack / "staff.yaml"
    found: list[dict[str, Any]] = content(path)["staff"]
    return found
