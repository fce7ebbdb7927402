"""How much is read, against what is usual."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.privacy.models import DataReading, ReadingHour, Unmasking
from crm.privacy.rules import PrivacyRules, times_usual, weight
from crm.privacy.service import HOUR, rules
from mainline.clock import now


async def unusual(session: AsyncSession) -> dict[str, float]:
    """For each reader of this hour, how many times the usual they read."""
    known, at = await rules(session), now()
    present = await _of_hour(session, known, at)
    return times_usual(present, await _past(session, known, at, list(present)), known.usual)


async def _of_hour(session: AsyncSession, known: PrivacyRules, at: datetime) -> dict[str, float]:
    opened = func.sum(case((DataReading.kind == "opened", 1), else_=0))
    rows = await session.execute(
        select(DataReading.reader, opened, func.sum(DataReading.rows))
        .where(DataReading.at > at - HOUR)
        .group_by(DataReading.reader)
    )
    return {reader: weight(int(read), int(some), known.usual) for reader, read, some in rows}


async def _past(
    session: AsyncSession, known: PrivacyRules, at: datetime, readers: Sequence[str]
) -> dict[str, list[float]]:
    """Their earlier hours, without the one that is being judged."""
    rows = await session.execute(
        select(ReadingHour.reader, ReadingHour.opened, ReadingHour.rows).where(
            ReadingHour.hour > at - timedelta(days=known.usual.days),
            ReadingHour.hour <= at - 2 * HOUR,
            ReadingHour.reader.in_(readers),
        )
    )
    found: dict[str, list[float]] = defaultdict(list)
    for reader, opened, listed in rows:
        found[reader].append(weight(opened, listed, known.usual))
    return dict(found)


async def unmaskings(session: AsyncSession, *, limit: int = 200) -> list[Unmasking]:
    """What was unmasked, the newest first."""
    newest = select(Unmasking).order_by(Unmasking.at.desc(), Unmasking.id.desc())
    return list(await session.scalars(newest.limit(limit)))
