"""What was read and looked for in vain, as it was known at a past moment.

Whole days come from the counters, the moment's own day from what was done one by one.
"""

from collections import Counter
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.knowledge.models import KnowledgeGap, KnowledgeLook, KnowledgeSearch, KnowledgeUse
from crm.knowledge.queries import valid
from crm.knowledge.reports import ROWS_MAX, Gap, Used
from mainline.audit.as_of import rows_as_of
from mainline.errors import Invalid, NotFound

FIRST_YEAR: Final = 2000
LOOKED_AT_MAX: Final = 1000
"""Of what was looked for in vain, the commonest."""


async def most_used_then(
    session: AsyncSession, since: date, moment: datetime, zone: ZoneInfo, *, limit: int = 20
) -> list[Used]:
    """Articles that counted then, the most opened first."""
    today, begins = _day(moment, zone)
    counts: Counter[int] = Counter()
    whole = (
        select(KnowledgeUse.article_id, func.sum(KnowledgeUse.count))
        .where(KnowledgeUse.day >= since, KnowledgeUse.day < today)
        .group_by(KnowledgeUse.article_id)
    )
    part = (
        select(KnowledgeLook.article_id, func.count())
        .where(KnowledgeLook.created_at >= begins, KnowledgeLook.created_at <= moment)
        .where(KnowledgeLook.article_id.is_not(None))
        .group_by(KnowledgeLook.article_id)
    )
    for wanted in (whole, part):
        for article_id, count in await session.execute(wanted):
            counts[article_id or 0] += int(count)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[: min(limit, ROWS_MAX)]
    found: list[Used] = []
    for article_id, count in ranked:
        try:
            found.append(Used(await valid(session, article_id, moment), count))
        except NotFound:
            continue  # it did not count any more, or not yet
    return found


async def gaps_then(
    session: AsyncSession, since: date, moment: datetime, zone: ZoneInfo
) -> list[Gap]:
    """Searches without result about which nobody had done anything then."""
    today, begins = _day(moment, zone)
    found: dict[str, Gap] = {}
    whole = (
        select(
            KnowledgeSearch.words, func.sum(KnowledgeSearch.empty), func.max(KnowledgeSearch.day)
        )
        .where(KnowledgeSearch.day >= since, KnowledgeSearch.day < today)
        .where(KnowledgeSearch.empty > 0)
        .group_by(KnowledgeSearch.words)
    )
    for words, count, last in await session.execute(whole):
        found[words] = Gap(words, int(count), last)
    part = (
        select(KnowledgeLook.words, func.count())
        .where(KnowledgeLook.created_at >= begins, KnowledgeLook.created_at <= moment)
        .where(KnowledgeLook.empty)
        .group_by(KnowledgeLook.words)
    )
    for words, count in await session.execute(part):
        before = found[words].count if words in found else 0
        found[words] = Gap(words, before + count, today)
    ranked = sorted(found.values(), key=lambda one: (-one.count, -one.last.toordinal(), one.words))
    settled = await settled_then(session, [one.words for one in ranked[:LOOKED_AT_MAX]], moment)
    return [one for one in ranked[:LOOKED_AT_MAX] if one.words not in settled][:ROWS_MAX]


async def settled_then(
    session: AsyncSession, words: list[str], moment: datetime
) -> dict[str, KnowledgeGap]:
    """What had been done about these by then."""
    return await rows_as_of(session, KnowledgeGap, words, moment)


def past(given: datetime | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """A moment by the company's clock; what is still to come has no past."""
    if given is None:
        return None
    moment = given if given.tzinfo else given.replace(tzinfo=zone)
    if moment.year < FIRST_YEAR or moment > at:
        raise Invalid("as_of")
    return moment


def _day(moment: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    today = moment.astimezone(zone).date()
    return today, datetime.combine(today, time.min, tzinfo=zone)
