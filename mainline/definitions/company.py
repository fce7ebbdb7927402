"""The one definition that a company has of most kinds: its rules, called ``company``."""

from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.datafile import content
from mainline.definitions.kind import Kind
from mainline.definitions.service import install
from mainline.definitions.versions import COMPANY, current, is_in_force
from mainline.errors import NotFound

M = TypeVar("M", bound=BaseModel)


async def rules(session: AsyncSession, kind: Kind[M], otherwise: M | None = None) -> M:
    """The company's own in force; ``otherwise`` where it has none, NotFound without that."""
    try:
        return cast(M, (await current(session, kind.name, COMPANY)).body)
    except NotFound:
        if otherwise is None:
            raise
        return otherwise


async def install_file(session: AsyncSession, kind: str, file: Path, *, by: str = "pack") -> None:
    """Publish what the file holds, except where the company has its own."""
    if not await is_in_force(session, kind, COMPANY):  # else the file need not even be read
        await install(session, kind, COMPANY, content(file), by=by)
