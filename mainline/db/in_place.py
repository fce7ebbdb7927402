"""SQLite without a thread where none is needed: what is short runs where it is awaited.

aiosqlite hands each step of a statement (cursor, execute, fetch, close) to a thread and waits for
it. On a busy machine every hand-over waits for the processor twice, and a page of sixty statements
takes seconds in which nobody computes. Here only what may wait goes to the thread: to connect, to
begin writing while somebody else writes, to commit, to change what no key names. A question that
turns out long is broken off and asked again in the thread, so that nobody else waits for it.
"""

import asyncio
import re
import sqlite3
from collections import deque
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, Final

import aiosqlite

LONGEST_S: Final = 0.01
"""A question that takes longer is asked again in the thread."""
TURN_S: Final = 0.005
"""After so long everybody else has a turn."""
ROWS_MAX: Final = 100
"""So many rows are still written in a moment."""
_LOOK_EVERY: Final = 5_000
"""Steps of SQLite's machine between two looks at the clock: well under a millisecond."""
BUSY_MS: Final = 10_000
"""How long a writer waits for those of other processes."""
LOOK_S: Final = 0.005
"""How often it looks whether they have ended."""
_BEGIN: Final = "BEGIN IMMEDIATE"
_SHORT: Final = ("INSERT", "UPDATE", "DELETE")
_AS_SHORT: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")
_KEYS: Final = re.compile(
    r" (= \?|IN \(\?(, \?){0,99}\))( AND \S+ IS NULL)?( RETURNING \S+(, \S+)*)?$"
)

Act = Callable[..., Any]


class InPlace(aiosqlite.Connection):
    """A connection of which the short statements run in the event loop's own thread.

    The two threads never use it at once: while the other one is at it, everything queues there.
    """

    def __init__(self, path: str) -> None:
        def connect() -> sqlite3.Connection:
            made = sqlite3.connect(path, check_same_thread=False)
            made.set_progress_handler(self._too_long, _LOOK_EVERY)
            return made

        super().__init__(connect, iter_chunk_size=64)
        self._thread.daemon = True
        self._elsewhere: deque[None] = deque()
        self._deadline: float | None = None
        self._turn_ends = 0.0
        self._question: tuple[Any, ...] = ()
        self._long = False

    def _too_long(self) -> bool:
        return self._deadline is not None and monotonic() > self._deadline

    async def _execute(self, fn: Act, *args: Any, **named: Any) -> Any:
        if fn.__name__ == "execute":
            self._question, self._long = ((fn, *args) if is_question(args[0]) else ()), False
        if args[:1] == (_BEGIN,) and not self._elsewhere:
            return await self._begin(fn)
        if self._elsewhere or self._long or not is_short(fn, *args):
            return await self._in_thread(fn, *args, **named)
        await self._give_turn()
        if self._question and fn.__name__ in {"execute", "fetchall"}:
            return await self._ask(fn, *args)
        return fn(*args, **named)

    async def _begin(self, fn: Act) -> Any:
        """Mostly nobody else writes, and there is nothing to wait for."""
        await self._give_turn()
        wait_at_most(self._conn, 0)
        try:
            return fn(_BEGIN)
        except sqlite3.OperationalError:
            pass  # somebody does, in another process
        finally:
            wait_at_most(self._conn, BUSY_MS)
        return await self._in_thread(self._in_turn, fn)

    def _in_turn(self, begin: Act) -> Any:
        """SQLite itself sleeps up to a tenth of a second between two looks: beside an import, which
        writes most of the time, it misses one pause after the other."""
        give_up = monotonic() + BUSY_MS / 1000
        wait_at_most(self._conn, 0)
        try:
            while True:
                try:
                    return begin(_BEGIN)
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or monotonic() > give_up:
                        raise
                sleep(LOOK_S)
        finally:
            wait_at_most(self._conn, BUSY_MS)

    async def _in_thread(self, fn: Act, *args: Any, **named: Any) -> Any:
        def run() -> Any:
            try:
                return fn(*args, **named)
            finally:
                self._elsewhere.pop()

        self._elsewhere.append(None)
        return await super()._execute(run)  # type: ignore[no-untyped-call]

    async def _give_turn(self) -> None:
        if (moment := monotonic()) > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = moment + TURN_S

    async def _ask(self, fn: Act, *args: Any) -> Any:
        """A question, or the fetching of its answer, with a limit."""
        self._deadline = monotonic() + LONGEST_S
        try:
            return fn(*args)
        except sqlite3.OperationalError:
            if not self._too_long():
                raise
        finally:
            self._deadline = None
        self._long = True
        return await self._in_thread(self._again, fn)

    def _again(self, fn: Act) -> Any:
        """From its beginning: in the same transaction, so the answer is the same."""
        execute, *words = self._question
        found = execute(*words)
        return fn() if fn.__name__ == "fetchall" else found


def wait_at_most(connection: sqlite3.Connection, milliseconds: int) -> None:
    """How long to wait for another one who writes."""
    connection.execute(f"PRAGMA busy_timeout={milliseconds}").close()


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def is_question(sql: str) -> bool:
    """Whether the statement only asks: it can be broken off and asked again."""
    return sql.startswith("SELECT")


def is_short(fn: Act, sql: str = "", *values: Any) -> bool:
    """Whether it waits for nobody, or can be broken off; everything unknown is taken for long."""
    match fn.__name__:
        case "cursor" | "rollback" | "fetchall":
            return True
        case "close":
            return isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        case "execute":
            return is_question(sql) or sql == "BEGIN" or sql.startswith(_AS_SHORT) or _by_key(sql)
        case "executemany":
            return _by_key(sql) and len(values[0]) <= ROWS_MAX
    return False


def _by_key(sql: str) -> bool:
    """Rows that are written out, or those of a key or of a list of keys."""
    if not sql.startswith(_SHORT):
        return False
    return " VALUES (" in sql or (" WHERE " in sql and bool(_KEYS.search(sql)))
