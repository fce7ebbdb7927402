"""One page of the history: the newest first, one statement a kind however long the history is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, inspect, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.models import Disposition
from crm.timeline.scope import Scope
from crm.timeline.sources import SOURCES, Source, edge
from mainline.audit.as_of import rows_as_of
from mainline.audit.models import AuditEntry
from mainline.db import any_of
from mainline.errors import Invalid

LIMIT_MAX: Final = 200
PLACE_PARTS: Final = 3
_DISPOSITIONS: Final = select(Disposition).where(Disposition.call_id.in_(any_of("calls")))


@dataclass(frozen=True, slots=True)
class Item:
    """Something that happened; ``about`` is the order or the meter it belongs to."""

    at: datetime
    kind: str
    key: int | str
    row: Any
    about: Any = None

    @property
    def place(self) -> "Place":
        """Where the next page goes on."""
        return Place(self.at, self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the history."""

    at: datetime
    kind: str
    key: int | str

    @classmethod
    def of(cls, parts: Sequence[Any] | None) -> "Place | None":
        """What a cursor was made from."""
        if parts is None:
            return None
        at, kind, key = parts
        try:
            moment = datetime.fromisoformat(at)
        except (TypeError, ValueError) as error:
            raise Invalid("cursor") from error
        expected = str if kind == "call" else int
        if moment.tzinfo is None or not isinstance(key, expected) or isinstance(key, bool):
            raise Invalid("cursor")
        return cls(moment, str(kind), key)

    @property
    def parts(self) -> tuple[str, str, int | str]:
        """What a cursor is made from."""
        return self.at.isoformat(), self.kind, self.key


async def history(
    session: AsyncSession,
    scope: Scope,
    *,
    kinds: Collection[str],
    limit: int = 50,
    before: Place | None = None,
) -> list[Item]:
    """The newest of these kinds, older than the place."""
    found: list[Item] = []
    for source in SOURCES:
        if source.kind in kinds:
            found += await _some(session, source, scope, before, min(limit, LIMIT_MAX))
    newest = sorted(found, key=lambda each: (each.at, each.kind, each.key), reverse=True)
    return newest[:limit]


async def dispositions(session: AsyncSession, items: Sequence[Item]) -> dict[str, Disposition]:
    """What agents noted of the calls among these, in one statement."""
    calls = [each.key for each in items if each.kind == "call"]
    rows = await session.scalars(_DISPOSITIONS, {"calls": calls}) if calls else ()
    return {row.call_id: row for row in rows}


async def _some(
    session: AsyncSession, source: Source, scope: Scope, before: Place | None, limit: int
) -> list[Item]:
    wanted = source.newest
    if before is not None:
        wanted = wanted.where(_older(source, before, scope))
    if scope.until is not None:
        wanted = wanted.where(source.at <= edge(source, scope.until, scope))
    found = await session.execute(wanted, {**scope.ids, "limit": limit})
    rows = [tuple(row) for row in found]
    then = await _restored(session, source, rows, scope)
    return [
        Item(_at(source, row[0], scope), source.kind, row[0].id, then.get(str(row[0].id), row[0]),
             *row[1:])
        for row in rows
    ]  # fmt: skip


async def _restored(
    session: AsyncSession, source: Source, rows: Sequence[Any], scope: Scope
) -> dict[str, Any]:
    """The rows as they stood; those that were brought in later stand as they are."""
    if scope.until is None or not source.restored or not rows:
        return {}
    keys = [str(row[0].id) for row in rows]
    return await rows_as_of(session, inspect(rows[0][0]).mapper.class_, keys, scope.until)


def _older(source: Source, place: Place, scope: Scope) -> ColumnElement[bool]:
    """What comes after the place: by time, then by kind, then by key."""
    at = edge(source, place.at, scope)
    if source.kind == place.kind:
        return tuple_(source.at, source.key) < (at, place.key)
    if source.kind < place.kind or not _exact(at, place.at, scope):
        found: ColumnElement[bool] = source.at <= at
    else:
        found = source.at < at
    return found


def _exact(at: Any, moment: datetime, scope: Scope) -> bool:
    """Whether something at this edge happened at that very moment: a day begins at midnight."""
    day = isinstance(at, date) and not isinstance(at, datetime)
    return not day or datetime.combine(at, time.min, tzinfo=scope.zone) == moment


def _at(source: Source, row: Any, scope: Scope) -> datetime:
    if isinstance(row, AuditEntry):
        return row.at
    found = getattr(row, source.at.key)
    if isinstance(found, datetime):
        return found
    return datetime.combine(found, time.min, tzinfo=scope.zone)
