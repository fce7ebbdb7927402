"""(i) Bringing in an old system's data, against the database's own bulk load of the same rows.

``MAINLINE_BENCH_CUSTOMERS`` says how large: 800,000 have 1.2 M telephones and 5.6 M bills.
The bulk load knows the rows beforehand and checks nothing but what the database checks itself.
Beside the time that passes stands that of the processors, the database's own among it: on a machine
with other work it says more.
"""

import asyncio
import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from bench.figures import Figure
from crm.addresses.models import AddressAlias, AddressNode
from crm.billing.models import Bill
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.migration.models import ImportRun
from crm.migration.prepare import prepare
from crm.migration.sample.company import Company, Size
from mainline import features
from mainline.audit.models import AuditEntry
from mainline.config import PROJECT, Settings
from mainline.db import Base, Database
from mainline.journal.models import JournalEntry
from tests.support import postgres

CUSTOMERS = int(os.environ.get("MAINLINE_BENCH_CUSTOMERS", "20000"))
ON = os.environ.get("IMPORTS_ON", "sqlite,postgresql").split(",")
KILLED = "large" if os.environ.get("IMPORTS_KILLED") == "whole" else "small"
GOAL_RATIO = 3.0
GOAL_MEMORY = 1.3
SMALLER = 8
"""Memory is flat when so many times the rows take no more of it."""
_LOADED: tuple[type[Any], ...] = (
    AddressNode, AddressAlias, Premise, Customer, ServiceAccount, CustomerPhone, Bill,
    ImportRun, JournalEntry, AuditEntry,
)  # fmt: skip
"""Everything that the import writes."""
_KILLS = 2
_LOOK_S, _MEMORY_LOOK_S = 0.02, 0.5


async def measure() -> list[Figure]:
    """Both databases, or those of ``IMPORTS_ON``, one after the other."""
    for role in ("models", "kinds", "events"):
        list(features.modules(role))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, count in (("large", CUSTOMERS), ("small", CUSTOMERS // SMALLER)):
            Company(Size(count)).write(folder / name, core=True)
        for name, measured in (("sqlite", _on_sqlite), ("postgresql", _on_postgresql)):
            if name in ON:
                figures += await measured(folder)
    return figures


async def _on_sqlite(folder: Path) -> list[Figure]:
    large, small = (folder / f"{name}.db" for name in ("large", "small"))
    imported, memory = await _import(f"sqlite+aiosqlite:///{large}", folder, "large", _own)
    url = f"sqlite+aiosqlite:///{small}"
    _, memory_small = await _import(url, folder, "small", _own)
    killed = await _killed(
        f"sqlite+aiosqlite:///{folder}/{KILLED}.db",
        f"sqlite+aiosqlite:///{folder}/killed.db",
        folder,
    )
    for model in _LOADED:
        await asyncio.to_thread(_dump_sqlite, large, model.__table__, folder)
    target = folder / "bulk.db"
    await _tables(f"sqlite+aiosqlite:///{target}")
    begun = Cost.now(_own)
    await asyncio.to_thread(_load_sqlite, target, folder)
    bulk = Cost.since(begun, _own)
    return [*_figures("sqlite", imported, bulk, memory, memory_small), _doubled("sqlite", killed)]


async def _on_postgresql(folder: Path) -> list[Figure]:
    cluster = postgres.start()

    def cpu() -> float:
        """The server's processes that have ended, one for each connection, count."""
        parts = Path(f"/proc/{cluster.server.pid}/stat").read_text().rpartition(")")[2].split()
        return _own() + sum(map(int, parts[13:15])) / os.sysconf("SC_CLK_TCK")

    try:
        for name in ("large", "small", "killed", "bulk"):
            cluster.sql(f"CREATE DATABASE {name}")
        imported, memory = await _import(cluster.url("large"), folder, "large", cpu)
        _, memory_small = await _import(cluster.url("small"), folder, "small", cpu)
        killed = await _killed(cluster.url(KILLED), cluster.url("killed"), folder)
        await _tables(cluster.url("bulk"))
        dumps = [folder / f"{model.__tablename__}.copy" for model in _LOADED]
        for model, dump in zip(_LOADED, dumps, strict=True):
            _psql(cluster, "large", f"\\copy (TABLE {model.__tablename__} ORDER BY id) TO {dump}")
        begun = Cost.now(cpu)
        for model, dump in zip(_LOADED, dumps, strict=True):
            _psql(cluster, "bulk", f"\\copy {model.__tablename__} FROM {dump}")
        bulk = Cost.since(begun, cpu)
    finally:
        cluster.stop()
    figures = _figures("postgresql", imported, bulk, memory, memory_small)
    return [*figures, _doubled("postgresql", killed)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that passed, and seconds that processors computed."""

    took: float
    cpu: float

    @classmethod
    def now(cls, cpu: Callable[[], float]) -> "Cost":
        """Where both clocks stand."""
        return cls(time.perf_counter(), cpu())

    @classmethod
    def since(cls, begun: "Cost", cpu: Callable[[], float]) -> "Cost":
        """What it has cost."""
        return cls(time.perf_counter() - begun.took, cpu() - begun.cpu)


def _own() -> float:
    """Of this process and those it started that have ended."""
    return sum(os.times()[:4])


def _figures(
    name: str, imported: Cost, bulk: Cost, memory: float, memory_small: float
) -> list[Figure]:
    return [
        Figure(f"import_{name}_{CUSTOMERS}_customers", imported.took, "none", "s"),
        Figure(f"import_{name}_bulk_load_of_the_same_rows", bulk.took, "none", "s"),
        Figure(f"import_{name}_to_bulk_load_ratio", imported.took / bulk.took,
               f"<{GOAL_RATIO:g}"),
        Figure(f"import_{name}_processors", imported.cpu, "none", "s"),
        Figure(f"import_{name}_processors_to_bulk_load_ratio", imported.cpu / bulk.cpu, "none"),
        Figure(f"import_{name}_memory", memory, "none", "MB"),
        Figure(f"import_{name}_memory_to_an_eighth_ratio", memory / memory_small,
               f"<{GOAL_MEMORY:g}"),
    ]  # fmt: skip


def _doubled(name: str, rows: int) -> Figure:
    customers = CUSTOMERS if KILLED == "large" else CUSTOMERS // SMALLER
    named = f"import_{name}_{customers}_killed_{_KILLS}_times_rows_too_many_or_too_few"
    return Figure(named, rows, "<1")


async def _tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.dispose()


async def _ready(url: str, home: Path) -> None:
    """Its tables and definitions, and a folder."""
    await _tables(url)
    database = Database(url)
    await prepare(Settings(home=home), database, lambda _words: None)
    await database.dispose()


def _started(url: str, files: Path, home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mainline.cli", "import", str(files)]
    environment = {**os.environ, "MAINLINE_DATABASE_URL": url, "MAINLINE_HOME": str(home)}
    return subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE)


async def _import(
    url: str, folder: Path, name: str, cpu: Callable[[], float]
) -> tuple[Cost, float]:
    """What ``mainline import`` costs, and the megabytes of its process."""
    await _ready(url, folder / f"home-{name}")
    return await _finished(url, folder / name, folder / f"home-{name}", cpu)


async def _finished(
    url: str, files: Path, home: Path, cpu: Callable[[], float]
) -> tuple[Cost, float]:
    begun = Cost.now(cpu)
    child = _started(url, files, home)
    looking = asyncio.create_task(_memory(child.pid))
    told, _ = await asyncio.to_thread(child.communicate)
    cost = Cost.since(begun, cpu)
    if child.returncode or "分毫不差" not in told.decode():
        raise RuntimeError(f"the import did not agree: {told.decode()[-400:]}")
    return cost, await looking


async def _memory(process: int) -> float:
    """The most megabytes that it and its reader, of its readers the largest, had until the end."""
    own, readers = 0, 0
    with suppress(FileNotFoundError, ProcessLookupError):
        while Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z":
            own = max(own, _peak_kb(process))
            for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
                with suppress(FileNotFoundError, ProcessLookupError):
                    readers = max(readers, _peak_kb(int(child)))
            await asyncio.sleep(_MEMORY_LOOK_S)
    return (own + readers) / 1024


def _peak_kb(process: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) if found else 0


async def _killed(whole: str, url: str, folder: Path) -> int:
    """Rows that are too many or too few when it was killed with -9 in the middle and went on."""
    home, turns = folder / "home-killed", await _turn(whole)
    await _ready(url, home)
    for time_ in range(1, _KILLS + 1):
        child = _started(url, folder / KILLED, home)
        while child.poll() is None and await _turn(url) < turns * time_ // (_KILLS + 1):
            await asyncio.sleep(_LOOK_S)
        child.kill()
        await asyncio.to_thread(child.communicate)
        if child.returncode == 0:
            raise RuntimeError("it had ended before it was killed")
    await _finished(url, folder / KILLED, home, _own)
    ours, theirs = await _rows_of(url), await _rows_of(whole)
    return sum(abs(ours[name] - theirs[name]) for name in ours)


async def _turn(url: str) -> int:
    """How many batches have come in."""
    database = Database(url)
    async with database.reading() as session:
        turn = await session.scalar(select(func.max(ImportRun.turn)))
    await database.dispose()
    return turn or 0


async def _rows_of(url: str) -> dict[str, int]:
    database = Database(url)
    async with database.reading() as session:
        counts = {
            model.__tablename__: await session.scalar(select(func.count()).select_from(model)) or 0
            for model in _LOADED
        }
    await database.dispose()
    return counts


def _psql(cluster: postgres.Cluster, database: str, command: str) -> None:
    """The database's own client."""
    base = [str(cluster.bin / "psql"), "-qXh", str(cluster.folder), "-U", "mainline"]
    subprocess.run([*base, "-d", database, "-v", "ON_ERROR_STOP=1", "-c", command], check=True)


def _dump_sqlite(path: Path, table: Table, folder: Path) -> None:
    connection = sqlite3.connect(path)
    with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        names = ", ".join(column.name for column in table.columns)
        writer.writerows(connection.execute(f"SELECT {names} FROM {table.name} ORDER BY id"))
    connection.close()


def _load_sqlite(path: Path, folder: Path) -> None:
    """What SQLite has for it: prepared statements, one transaction a table, rows from a file.

    It checks what the database checks wherever it is used here: that what is pointed to exists.
    """
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA cache_size=-32000; PRAGMA foreign_keys=ON")
    for model in _LOADED:
        table: Table = model.__table__
        names = ", ".join(column.name for column in table.columns)
        places = ", ".join("NULLIF(?, '')" if each.nullable else "?" for each in table.columns)
        with connection:
            connection.executemany(
                f"INSERT INTO {table.name} ({names}) VALUES ({places})",
                _rows(folder / f"{table.name}.csv"),
            )
    connection.close()


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
