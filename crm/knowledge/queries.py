"""Articles as readers and editors see them. What has expired is nowhere but with its editors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.knowledge.content import Content
from crm.knowledge.models import (
    KnowledgeArticle,
    KnowledgeAttachment,
    KnowledgeMark,
    KnowledgeUse,
    KnowledgeVersion,
)
from mainline.errors import NotFound

LIST_MAX: Final = 200
BESIDE_MAX: Final = 6
DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"
PUBLISHED: Final = "published"


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with its words."""

    article: KnowledgeArticle
    version: KnowledgeVersion
    content: Content

    @classmethod
    def of(cls, article: KnowledgeArticle, version: KnowledgeVersion) -> "Shown":
        """From its rows."""
        return cls(article, version, Content.model_validate(version.content))

    def state(self, at: datetime) -> str:
        """draft, submitted, waiting, valid, expired or retired."""
        if self.version.state != PUBLISHED:
            return self.version.state
        if self.article.retired_at is not None:
            return "retired"
        if self.version.valid_from is not None and self.version.valid_from > at:
            return "waiting"
        until = self.version.valid_until
        return "expired" if until is not None and until <= at else "valid"


def counting(at: datetime) -> Select[Any]:
    """The ids of the versions that count then: of each article the newest one that has begun."""
    version, newer = KnowledgeVersion, aliased(KnowledgeVersion)
    replaced = select(newer.id).where(
        newer.article_id == version.article_id, newer.state == PUBLISHED,
        newer.valid_from <= at, newer.number > version.number,
    )  # fmt: skip
    return (
        select(version.id)
        .join(KnowledgeArticle, KnowledgeArticle.id == version.article_id)
        .where(
            or_(KnowledgeArticle.retired_at.is_(None), KnowledgeArticle.retired_at > at),
            version.state == PUBLISHED, version.valid_from <= at,
            or_(version.valid_until.is_(None), version.valid_until > at), ~replaced.exists(),
        )
    )  # fmt: skip


def _rows() -> Select[Any]:
    mine = KnowledgeVersion.article_id == KnowledgeArticle.id
    return cast(
        Select[Any], select(KnowledgeArticle, KnowledgeVersion).join(KnowledgeVersion, mine)
    )


async def _shown(session: AsyncSession, wanted: Select[Any]) -> list[Shown]:
    return [Shown.of(article, version) for article, version in await session.execute(wanted)]


async def valid(session: AsyncSession, article_id: int, at: datetime) -> Shown:
    """What counts of an article; NotFound when it has expired, or has yet to begin."""
    wanted = _rows().where(KnowledgeArticle.id == article_id, KnowledgeVersion.id.in_(counting(at)))
    found = await _shown(session, wanted)
    if not found:
        raise NotFound("article")
    return found[0]


async def versions(session: AsyncSession, article_id: int) -> list[Shown]:
    """All versions of an article, the newest first; NotFound without any."""
    wanted = _rows().where(KnowledgeArticle.id == article_id)
    found = await _shown(session, wanted.order_by(KnowledgeVersion.number.desc()).limit(LIST_MAX))
    if not found:
        raise NotFound("article")
    return found


async def valid_list(
    session: AsyncSession, at: datetime, *, tag: str = "", limit: int = LIST_MAX
) -> list[Shown]:
    """Articles that count, the newest first; of one tag, or all."""
    wanted = _rows().where(KnowledgeVersion.id.in_(counting(at)))
    if tag:
        marked = select(KnowledgeMark.version_id).where(
            KnowledgeMark.kind == "tag", KnowledgeMark.code == tag
        )
        wanted = wanted.where(KnowledgeVersion.id.in_(marked))
    newest = wanted.order_by(KnowledgeVersion.valid_from.desc(), KnowledgeVersion.id.desc())
    return await _shown(session, newest.limit(min(limit, LIST_MAX)))


async def by_versions(session: AsyncSession, ids: Collection[int]) -> dict[int, Shown]:
    """These versions."""
    found = await _shown(session, _rows().where(KnowledgeVersion.id.in_(ids)))
    return {one.version.id: one for one in found}


async def about(
    session: AsyncSession, trail: Sequence[str], at: datetime, *, limit: int = BESIDE_MAX
) -> list[Shown]:
    """What belongs to a reason: first what is about it alone, then about what it is part of."""
    rows = await session.execute(
        select(KnowledgeMark.version_id, KnowledgeMark.code)
        .where(KnowledgeMark.kind == "reason", KnowledgeMark.code.in_(trail))
        .where(KnowledgeMark.version_id.in_(counting(at)))
    )
    depth: dict[int, int] = {}
    for version_id, code in rows:
        depth[version_id] = max(depth.get(version_id, -1), list(trail).index(code))
    chosen = sorted(depth, key=lambda each: (-depth[each], each))[:limit]
    found = await by_versions(session, chosen)
    return [found[each] for each in chosen]


async def tags(session: AsyncSession, at: datetime) -> list[tuple[str, int]]:
    """Every tag with the number of its articles, the commonest first."""
    count = func.count()
    rows = await session.execute(
        select(KnowledgeMark.code, count)
        .where(KnowledgeMark.kind == "tag", KnowledgeMark.version_id.in_(counting(at)))
        .group_by(KnowledgeMark.code)
        .order_by(count.desc(), KnowledgeMark.code)
        .limit(40)
    )
    return [(code, number) for code, number in rows]


async def in_work(session: AsyncSession) -> list[Shown]:
    """Drafts and what waits for approval; what waits longest first."""
    wanted = _rows().where(KnowledgeVersion.state != PUBLISHED)
    waiting = KnowledgeVersion.submitted_at.is_(None), KnowledgeVersion.submitted_at
    return await _shown(session, wanted.order_by(*waiting, KnowledgeVersion.id).limit(LIST_MAX))


async def ending(session: AsyncSession, since: datetime, until: datetime) -> list[Shown]:
    """What has expired or will, in that time, and has not been replaced."""
    version, newer = KnowledgeVersion, aliased(KnowledgeVersion)
    newest = select(newer.id).where(
        newer.article_id == version.article_id, newer.state == PUBLISHED,
        newer.number > version.number,
    )  # fmt: skip
    wanted = _rows().where(
        version.state == PUBLISHED, KnowledgeArticle.retired_at.is_(None),
        version.valid_until >= since, version.valid_until < until, ~newest.exists(),
    )  # fmt: skip
    return await _shown(session, wanted.order_by(version.valid_until).limit(LIST_MAX))


async def attachments(session: AsyncSession, version_id: int) -> list[KnowledgeAttachment]:
    """The files beside a version."""
    mine = select(KnowledgeAttachment).where(KnowledgeAttachment.version_id == version_id)
    return list(await session.scalars(mine.order_by(KnowledgeAttachment.id)))


async def opens(session: AsyncSession, article_id: int) -> int:
    """How often an article was opened."""
    mine = select(func.sum(KnowledgeUse.count)).where(KnowledgeUse.article_id == article_id)
    return int(await session.scalar(mine) or 0)
