"""What is read and looked for most, and what is looked for in vain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.knowledge.models import (
    KnowledgeArticle,
    KnowledgeGap,
    KnowledgeLook,
    KnowledgeSearch,
    KnowledgeUse,
)
from crm.knowledge.queries import Shown, valid
from crm.knowledge.segment import plain
from mainline.clock import now
from mainline.errors import Invalid, NotFound

WORDS_CHARS_MAX: Final = 40
ROWS_MAX: Final = 50
_LONG_NUMBER: Final = re.compile(r"\d[\d\s-]{3,}\d[xX]?")
"""Telephone, account or identity numbers: whoever typed one here did not want it kept."""


def kept_words(text: str) -> str:
    """What is kept of a search: one form for the same words, no number of a person."""
    spoken = " ".join(plain(text).split())
    return _LONG_NUMBER.sub("#", spoken)[:WORDS_CHARS_MAX].strip()


async def searched(session: AsyncSession, text: str, zone: ZoneInfo, *, hits: int) -> None:
    """Somebody has looked for it."""
    words = kept_words(text)
    if not words:
        return
    key = {"words": words, "day": now().astimezone(zone).date()}
    await _count(session, KnowledgeSearch, key, count=1, empty=0 if hits else 1)
    session.add(KnowledgeLook(words=words, empty=not hits))


async def read(session: AsyncSession, article_id: int, zone: ZoneInfo) -> None:
    """Somebody has opened an article."""
    key = {"article_id": article_id, "day": now().astimezone(zone).date()}
    await _count(session, KnowledgeUse, key, count=1)
    session.add(KnowledgeLook(article_id=article_id))


async def _count(session: AsyncSession, table: Any, key: dict[str, Any], **more: int) -> None:
    mine = [getattr(table, name) == value for name, value in key.items()]
    added = {name: getattr(table, name) + value for name, value in more.items()}
    again = update(table).where(*mine).values(added)
    again = again.execution_options(synchronize_session=False)
    if (await session.execute(again)).rowcount:  # type: ignore[attr-defined]
        return
    try:
        async with session.begin_nested():
            await session.execute(insert(table).values(**key, **more))
    except IntegrityError:  # somebody else was the first of the day at the very same moment
        await session.execute(again)


@dataclass(frozen=True, slots=True)
class Used:
    """An article and how often it was opened."""

    shown: Shown
    count: int


async def most_used(session: AsyncSession, since: date, *, limit: int = 20) -> list[Used]:
    """Articles that count, the most opened first."""
    count = func.sum(KnowledgeUse.count)
    rows = await session.execute(
        select(KnowledgeUse.article_id, count)
        .where(KnowledgeUse.day >= since)
        .group_by(KnowledgeUse.article_id)
        .order_by(count.desc(), KnowledgeUse.article_id)
        .limit(min(limit, ROWS_MAX))
    )
    found: list[Used] = []
    for article_id, number in rows.all():
        try:
            found.append(Used(await valid(session, article_id, now()), int(number)))
        except NotFound:
            continue  # expired or retired since
    return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Words that were looked for in vain."""

    words: str
    count: int
    last: date


async def gaps(session: AsyncSession, since: date, *, limit: int = ROWS_MAX) -> list[Gap]:
    """Searches without result that nobody has done anything about, the commonest first."""
    empty, last = func.sum(KnowledgeSearch.empty), func.max(KnowledgeSearch.day)
    settled = select(KnowledgeGap.words)
    rows = await session.execute(
        select(KnowledgeSearch.words, empty, last)
        .where(KnowledgeSearch.day >= since, KnowledgeSearch.empty > 0)
        .where(KnowledgeSearch.words.not_in(settled))
        .group_by(KnowledgeSearch.words)
        .order_by(empty.desc(), last.desc(), KnowledgeSearch.words)
        .limit(min(limit, ROWS_MAX))
    )
    return [Gap(words, int(count), day) for words, count, day in rows]


async def settled(session: AsyncSession) -> Sequence[KnowledgeGap]:
    """What was done about them lately."""
    newest = select(KnowledgeGap).order_by(KnowledgeGap.at.desc(), KnowledgeGap.words)
    return (await session.scalars(newest.limit(ROWS_MAX))).all()


async def settle(
    session: AsyncSession, words: str, *, by: str, article_id: int | None
) -> KnowledgeGap:
    """It became an article, or needs none."""
    if not words or words != kept_words(words):
        raise Invalid("words")
    if article_id is not None and await session.get(KnowledgeArticle, article_id) is None:
        raise NotFound("article")
    row = await session.get(KnowledgeGap, words)
    if row is None:
        row = KnowledgeGap(words=words)
        session.add(row)
    row.article_id, row.by, row.at = article_id, by, now()
    await session.flush()
    return row


def some_days_ago(days: int, at: datetime, zone: ZoneInfo) -> date:
    """The first day that counts."""
    return at.astimezone(zone).date() - timedelta(days=days - 1)
