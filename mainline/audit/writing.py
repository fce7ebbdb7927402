"""Writes what a unit of work has changed at the end of the chain."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Mapper, Session

from mainline.acting import actor, reason
from mainline.audit.chain import GENESIS, Link, seal
from mainline.audit.models import INSERT, LOAD, AuditEntry, AuditLeft, microseconds
from mainline.audit.rows import canonical, pointers, table_name
from mainline.clock import now

LOAD_FROM: Final = 1000
"""So many new rows of one table in one unit of work are one entry."""
_POSTGRES_CHAIN_LOCK: Final = text("SELECT pg_advisory_xact_lock(7106734)")
"""Held to the end of the transaction: nobody else continues the chain meanwhile."""
_NEWEST: Final = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
_ENTRIES: Final = insert(AuditEntry)


class Change:
    """One row before and after."""

    __slots__ = ("action", "key", "mapper", "new", "old")

    def __init__(
        self, action: str, mapper: Mapper[Any], key: str, old: dict[str, Any], new: dict[str, Any]
    ) -> None:
        self.action, self.mapper, self.key, self.old, self.new = action, mapper, key, old, new

    @property
    def table(self) -> str:
        """The table's name."""
        return table_name(self.mapper)


def gathered(changes: Sequence[Change]) -> list[Change]:
    """Many new rows of one table become one entry."""
    counts = Counter(each.table for each in changes if each.action == INSERT)
    loads = {table for table, count in counts.items() if count >= LOAD_FROM}
    kept = [one for one in changes if one.action != INSERT or one.table not in loads]
    for table in loads:
        rows = [each for each in changes if each.table == table and each.action == INSERT]
        new = summary(len(rows), [each.new for each in rows])
        kept.append(Change(LOAD, rows[0].mapper, "", {}, new))
    return kept


def summary(count: int, rows: Sequence[Any]) -> dict[str, Any]:
    """What is kept of rows that are too many to be kept each by itself."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(canonical(row).encode() + b"\n")
    return {"rows": count, "sha256": digest.hexdigest()}


def continue_chain(session: Session, changes: Sequence[Change]) -> None:
    """Write them, each sealed with the one before."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_POSTGRES_CHAIN_LOCK)
    end = connection.execute(_NEWEST).first()
    last, previous = (end.id, end.hash) if end else (0, GENESIS)
    who, at_us, why = actor(), microseconds(now()), reason(session.info)
    entries, left = [], []
    for number, each in enumerate(changes, start=last + 1):
        told = canonical({"old": each.old, "new": each.new})
        link = Link(
            number, at_us, who.by, who.process, why, each.action, each.table, each.key, told
        )
        previous = seal(previous, link)
        entries.append({**link._asdict(), "hash": previous})
        left += _left(number, each)
    connection.execute(_ENTRIES, entries)
    if left:
        connection.execute(insert(AuditLeft), left)


def _left(number: int, change: Change) -> list[dict[str, Any]]:
    return [
        {"entry_id": number, "table_name": change.table, "row_key": change.key,
         "column_name": column, "value": value}
        for column, value in pointers(change.mapper, change.old)
    ]  # fmt: skip
