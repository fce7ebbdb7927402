"""How far behind a consumer is."""

from collections.abc import Iterable, Mapping
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
_UNREAD: Final = (
    JournalEntry.id > func.coalesce(_PLACE, 0), JournalEntry.kind.in_(any_of("kinds"))
)  # fmt: skip
_WAITING: Final = select(func.count(), func.min(JournalEntry.created_at)).where(*_UNREAD)
_HAPPENED: Final = select(func.min(JournalEntry.at)).where(*_UNREAD)


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


async def known_until(
    session: AsyncSession, readers: Mapping[str, Iterable[str]], at: datetime
) -> datetime:
    """The last moment, ``at`` at the latest, of which these readers know all that has been told.

    ``readers`` names the kinds that each takes in. In turn (``in_turn``) it stays so.
    """
    unread = [
        await session.scalar(_HAPPENED, {"consumer": name, "kinds": list(kinds)})
        for name, kinds in readers.items()
    ]
    return min([at, *(oldest - datetime.resolution for oldest in unread if oldest is not None)])


def _age_s(oldest: datetime | None) -> float:
    return max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0
