"""How far behind a consumer is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.clock import now
from mainline.db import any_of
from mainline.journal.models import ConsumerCursor, JournalEntry

_PLACE: Final = (
    select(ConsumerCursor.last_entry_id)
    .where(ConsumerCursor.consumer == bindparam("consumer"))
    .scalar_subquery()
)
_WAITING: Final = select(func.count(), func.min(JournalEntry.created_at)).where(
    JournalEntry.id > func.coalesce(_PLACE, 0), JournalEntry.kind.in_(any_of("kinds"))
)


@dataclass(frozen=True, slots=True)
class Lag:
    """``entries`` wait to be taken in, the oldest of them since ``oldest_s`` seconds."""

    entries: int
    oldest_s: float


async def lag(session: AsyncSession, consumer: str, kinds: Iterable[str]) -> Lag:
    """What ``consumer``, who takes in these kinds, has not taken in yet."""
    asked = {"consumer": consumer, "kinds": list(kinds)}
    count, oldest = (await session.execute(_WAITING, asked)).one()
    return Lag(count, _age_s(oldest))


def _age_s(oldest: datetime | None) -> float:
    return max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0
