"""One request, one AGI step, one consumed event: one transaction. Nobody else commits.

SQLite: WAL, ``BEGIN IMMEDIATE`` for writers and one write lock a process, so that writers queue in
the process instead of failing with "database is locked".
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import aiosqlite
from sqlalchemy import Connection, event, make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm import Session as SqlSession

from mainline.db import write_ahead
from mainline.db.in_place import BUSY_MS, InPlace
from mainline.db.turn import go_in_turn
from mainline.db.write_ahead import WriteAhead
from mainline.features import modules

T = TypeVar("T")
_working: ContextVar[asyncio.Task[Any] | None] = ContextVar("unit_of_work_of", default=None)
"""Who has one open. What a task sets goes on to whatever it starts: a web server goes on to read
from a connection in the name of the request that had stopped it, and so do all that follow."""
_READ_ONLY = "mainline_read_only"
_REMEMBERED: Final = "mainline_remembered"


def in_unit_of_work() -> bool:
    """Whether a transaction is open in this task."""
    return _working.get() is not None and _working.get() is asyncio.current_task()


async def remembered(session: AsyncSession, what: object, ask: Callable[[], Awaitable[T]]) -> T:
    """Asked once in a reading, which changes nothing; each time in a unit of work."""
    known: dict[object, T] | None = session.info.get(_REMEMBERED)
    if known is None:
        return await ask()
    if what not in known:
        known[what] = await ask()
    return known[what]


_PRAGMAS: Final = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}",
    "cache_size=-32000", "temp_store=MEMORY",
)  # fmt: skip


def _sqlite_connected(connection: Any, *pragmas: str) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, see below
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


_POSTGRES: Final[Mapping[str, Any]] = {
    "connect_args": {
        "prepared_statement_cache_size": 1000,
        "server_settings": {"jit": "off"},
    }
}
"""Our statements are many, short and always the same: each is planned once a connection. What is
open beyond the pool would be opened and closed again with each request: there is nothing beyond."""
_NO_TRANSACTION: Final = {"isolation_level": "AUTOCOMMIT"}
"""Each statement of a reader sees what is committed in any case: to say "begin" and "roll back"
around it would be two questions more."""
FOLLOWERS: Final = 1
"""Who follows the journal keeps a reader's connection for good (``journal.Tail``)."""


class Session(SqlSession):
    """What a unit of work is underneath: where features listen that see every change."""


go_in_turn(Session)  # before any of them


class _Reading(Session):
    """What a reading on PostgreSQL is underneath: nothing there would be rolled back."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Refuse to."""
        raise RuntimeError("a reading writes nothing")


@event.listens_for(_Reading, "do_orm_execute")
def _refuse_to_write(asked: ORMExecuteState) -> None:
    if asked.is_insert or asked.is_update or asked.is_delete:
        raise RuntimeError("a reading writes nothing")


class Database:
    """The engine, and the two ways to use it: ``unit_of_work`` and ``reading``.

    ``loads``: for who writes for minutes and can begin again where it was. What it has committed is
    whole whatever happens, and stays when a program is killed; a power cut may take the last of it
    on SQLite, until somebody else commits.
    """

    def __init__(self, url: str, *, pool_size: int = 8, loads: bool = False) -> None:
        list(modules("models"))  # a table may point to one of a feature that nobody has imported
        list(modules("capture"))
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        own: Mapping[str, Any] = {"async_creator": self._open} if self.is_sqlite else _POSTGRES
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=2 * pool_size + FOLLOWERS, max_overflow=0, pool_timeout=10,
            hide_parameters=True, **own,
        )  # fmt: skip
        if self.is_sqlite:
            pragmas = (*_PRAGMAS, *(write_ahead.PRAGMAS if loads else ()))
            event.listen(
                self.engine.sync_engine, "connect",
                lambda connection, _record: _sqlite_connected(connection, *pragmas),
            )  # fmt: skip
            event.listen(self.engine.sync_engine, "begin", _sqlite_begin)
        self.reader = self.engine.execution_options(
            **({_READ_ONLY: True} if self.is_sqlite else _NO_TRANSACTION)
        )
        self._sessions = async_sessionmaker(
            self.engine, sync_session_class=Session, expire_on_commit=False
        )
        self._readings = async_sessionmaker(
            self.reader, sync_session_class=Session if self.is_sqlite else _Reading,
            expire_on_commit=False, autoflush=self.is_sqlite,
        )  # fmt: skip
        self._write_lock = asyncio.Lock()
        self._log = WriteAhead(self._path) if self.is_sqlite and loads else None
        self._readers, self._writers = asyncio.Semaphore(pool_size), asyncio.Semaphore(pool_size)

    async def _open(self) -> aiosqlite.Connection:
        return await InPlace(self._path)

    @property
    def _path(self) -> str:
        return make_url(self.url).database or ":memory:"

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[AsyncSession]:
        """Commit on leaving, roll back on any exception. Does not nest."""
        if in_unit_of_work():
            raise RuntimeError("units of work do not nest; pass the session down")
        token = _working.set(asyncio.current_task())
        try:
            if self.is_sqlite:
                async with self._write_lock:
                    async with self._sessions() as session, session.begin():
                        yield session
                    if self._log:
                        await self._log.written()
            else:
                async with self._writers, self._sessions() as session, session.begin():
                    yield session
        finally:
            _working.reset(token)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Never waits for writers, writes nothing. On SQLite one consistent view; on PostgreSQL
        each statement sees what is committed.

        Readers have half of the connections: who reads may write something down beside it, and
        many who do so at once would each hold what the others wait for.
        """
        async with self._readers, self._readings(info={_REMEMBERED: {}}) as session:
            yield session  # closing rolls back; rollback() itself would expire what was read

    @asynccontextmanager
    async def reading_of_one_moment(self) -> AsyncIterator[AsyncSession]:
        """The same, all statements of one moment: for who reads much, part after part."""
        async with self.reading() as session:
            if not self.is_sqlite:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    async def dispose(self) -> None:
        """Close all connections."""
        if self._log:
            await self._log.settle()
        await self.engine.dispose()
