"""Articles of a demo company: what its agents are asked every day."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.knowledge import service
from crm.knowledge.content import Content
from crm.knowledge.models import KnowledgeArticle
from crm.knowledge.service import Draft, Writer
from mainline import definitions
from mainline.config import PROJECT

FILE: Final = "knowledge.yaml"
WRITER: Final = Writer("pack", None)
VOUCHES: Final = "demo"


async def load(session: AsyncSession, pack: str) -> None:
    """Publish the pack's articles; loading again changes nothing."""
    if await session.scalar(select(KnowledgeArticle.id).limit(1)) is not None:
        return
    for told in definitions.content(PROJECT / "packs" / pack / FILE)["articles"]:
        draft = Draft(Content.model_validate(told), why="first content")
        version = await service.create(session, draft, WRITER)
        await service.put_in_force(session, version, by=VOUCHES)
