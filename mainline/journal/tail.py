"""Waiting for new entries. Only a hint to look: the journal itself is the carrier."""

import asyncio
import sqlite3
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mainline.db import Database
from mainline.journal.models import ConsumerCursor, JournalEntry

POLL_S = 0.02
_STATE = select(
    select(func.coalesce(func.max(JournalEntry.id), 0)).scalar_subquery(),
    select(func.max(ConsumerCursor.moved_at)).scalar_subquery(),
)
_Mark = tuple[int, int | datetime | None]
"""The newest entry, and what changes with every other writing that pages show."""


class Tail:
    """Tells when the journal may have grown; cheap enough to be asked fifty times a second."""

    def __init__(self, database: Database, *, poll_s: float = POLL_S) -> None:
        self._database, self._poll_s = database, poll_s
        self._seen: _Mark | None = None
        self._connection: sqlite3.Connection | None = None
        self._reader: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        if self._database.is_sqlite:
            path = self._database.engine.url.database or ":memory:"
            self._connection = sqlite3.connect(path)
        else:
            self._reader = await self._database.reader.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._reader is not None:
            await self._reader.close()

    @property
    def newest(self) -> int:
        """The newest entry's id when it was last asked whether something has changed."""
        return self._seen[0] if self._seen else 0

    async def changed(self, *, timeout_s: float = 15.0) -> bool:
        """Return True as soon as something was written since the last call, False after the time.

        An entry, or what a reader made of one. The first call returns True at once.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            mark = await self._mark()
            if mark != self._seen:
                self._seen = mark
                return True
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(self._poll_s)

    async def _mark(self) -> _Mark:
        if self._connection is not None:
            return self._mark_of_file(self._connection)
        if self._reader is None:
            raise RuntimeError("a tail is asked while it is open")
        newest, moved_at = (await self._reader.execute(_STATE)).one()
        return newest, moved_at

    def _mark_of_file(self, file: sqlite3.Connection) -> _Mark:
        """Whether anybody has written at all is known without reading."""
        written = int(file.execute("PRAGMA data_version").fetchone()[0])
        if self._seen is not None and written == self._seen[1]:
            return self._seen
        newest = file.execute("SELECT coalesce(max(id), 0) FROM journal_entry").fetchone()
        return int(newest[0]), written
