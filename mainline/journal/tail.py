"""Waiting for new entries. Only a hint to look: the journal itself is the carrier."""

import asyncio
import sqlite3
from types import TracebackType
from typing import Self

from sqlalchemy import text

from mainline.db import Database

POLL_S = 0.02


class Tail:
    """Tells when the journal may have grown; cheap enough to be asked fifty times a second."""

    def __init__(self, database: Database, *, poll_s: float = POLL_S) -> None:
        self._database, self._poll_s = database, poll_s
        self._seen: int | None = None
        self._connection: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        if self._database.is_sqlite:
            path = self._database.engine.url.database or ":memory:"
            self._connection = sqlite3.connect(path)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    async def changed(self, *, timeout_s: float = 15.0) -> bool:
        """Return True as soon as something was written since the last call, False after the time.

        The first call returns True at once.
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

    async def _mark(self) -> int:
        if self._connection is not None:
            row = self._connection.execute("PRAGMA data_version").fetchone()
            return int(row[0])
        async with self._database.reading() as session:
            return int(
                await session.scalar(text("SELECT coalesce(max(id), 0) FROM journal_entry")) or 0
            )
