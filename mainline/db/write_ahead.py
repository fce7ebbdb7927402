"""SQLite's write-ahead log beside somebody who writes for minutes.

A writer that brings its log into the database's file itself, as SQLite does by default after a
thousand pages, waits for the disk after each transaction. Here a thread does it beside the next
one. The log begins anew only when all of it is in the file and nobody reads from it: when it has
become long the writer waits for that, else it would grow for ever.
"""

import asyncio
import sqlite3
from contextlib import closing
from typing import Final

PAGES_MAX: Final = 50_000
"""200 MB."""
PRAGMAS: Final = ("synchronous=NORMAL", "wal_autocheckpoint=0")
"""For the connection that writes: it leaves the log alone, and does not wait for the disk."""


class WriteAhead:
    """The log of the database at ``path``."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._bringing: asyncio.Task[None] | None = None
        self._pages = 0

    async def written(self) -> None:
        """A transaction was added to it; raises what went wrong while the last were brought in."""
        if self._pages > PAGES_MAX:
            await self.settle()
        elif self._bringing is None or self._bringing.done():
            if self._bringing:
                self._bringing.result()
            self._bringing = asyncio.create_task(asyncio.to_thread(self._bring_in))

    async def settle(self) -> None:
        """Everything written before is in the file then, as far as ``_bring_in`` could."""
        if self._bringing:
            await self._bringing
        await asyncio.to_thread(self._bring_in)
        self._bringing, self._pages = None, 0

    def _bring_in(self) -> None:
        """As far as readers let it; when somebody else is at it, nothing."""
        with closing(sqlite3.connect(self._path)) as connection:
            _busy, self._pages, _done = connection.execute(
                "PRAGMA wal_checkpoint(PASSIVE)"
            ).fetchone()
