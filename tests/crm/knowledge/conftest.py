"""A company whose articles can be looked up."""

import pytest

from crm.catalog import service as catalog
from crm.knowledge import segment, service
from crm.knowledge.content import Content
from crm.knowledge.models import KnowledgeVersion
from crm.knowledge.service import Draft, Writer
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.support.clock import StandingClock

LI, ZHANG = Writer("李娜", 1), Writer("张强", 2)


def draft(title: str = "报停", body: str = "采暖季前十五天办理。", **more: object) -> Draft:
    """A small article."""
    dates = {name: more.pop(name) for name in ("valid_from", "valid_until") if name in more}
    content = Content.model_validate({"title": {"zh": title}, "body": {"zh": body}, **more})
    return Draft(content, **dates)  # type: ignore[arg-type]


async def published(
    database: Database, title: str, body: str = "正文。", **more: object
) -> KnowledgeVersion:
    """Written by one, approved by the other."""
    async with database.unit_of_work() as session:
        made = await service.create(session, draft(title, body, **more), LI)
        await service.submit(session, made.article_id, LI)
        return await service.approve(session, made.article_id, ZHANG)


@pytest.fixture
async def company(database: Database, settings: Settings, clock: StandingClock) -> Database:
    """Its reasons, and nothing written yet; on both databases."""
    segment.ready()
    assert clock.at == now()
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
    return database
