"""What every test may ask for: settings of its own, a database, a clock that stands still.

``database`` runs a test twice, on SQLite and on a real PostgreSQL. Every test gets a database of
its own, copied from a template that is made once a run.
"""

import asyncio
import os
import pickle
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from mainline import datafile, features
from mainline.config import Settings
from mainline.db import Base, Database
from mainline.i18n import speaking
from tests.support import postgres
from tests.support.clock import StandingClock
from tests.support.ports import free_port, free_ports

EXPLORES = "MAINLINE_TEST_EXPLORES" in os.environ
"""A run that looks for examples nobody has tried; every other one tries the same."""
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=not EXPLORES
)
hypothesis.settings.load_profile("house")  # nothing depends on the machine's speed
if not EXPLORES:  # it also draws from what the modules hold that happen to be loaded
    setattr(providers, "_get_local_constants", Constants)  # noqa: B010 - it has no setting


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Few processes run everything live."""
    from tests.support.sharing import FewLiveProcesses

    return FewLiveProcesses(config, log)


def pytest_sessionstart() -> None:
    """What is not live does not hold up what is."""
    from tests.support.sharing import give_way

    give_way()
    # its own way draws every variable of every function in the trace: half a minute for one fault
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from tests.support.sharing import live_first

        live_first(items)


class TellsAtOnce:
    """A failure is named when it happens, not half an hour later."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest."""
        if report.failed:
            words = str(report.longrepr).strip().splitlines()[-1:] or [""]
            terminal = self._config.get_terminal_writer()
            terminal.line(f"\nFAILED {report.nodeid} ({report.when}): {words[0][:200]}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Only where the reports of all processes come together."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(TellsAtOnce(config))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see the defaults, whatever the environment of whoever runs them says."""
    for name in list(os.environ):
        if name.startswith("MAINLINE_") and not name.startswith("MAINLINE_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _read_once() -> Iterator[None]:
    """A data file is parsed once a process: reading catalogs is a good part of many a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datafile, "parsed", lambda file: pickle.loads(_pickled(file, _state(file))))
        yield


@cache
def _pickled(file: Path, _state: tuple[int, int]) -> bytes:
    return pickle.dumps(_PARSED(file))


def _state(file: Path) -> tuple[int, int]:
    """Another one when it has been written."""
    told = file.stat()
    return told.st_mtime_ns, told.st_size


_PARSED = datafile.parsed


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of an instance in the test's own folder, on ports nobody uses."""

    def make(**changes: object) -> Settings:
        rtp = free_ports(100)
        values: dict[str, object] = {
            "home": tmp_path / "home",
            "http_port": free_port(),
            "sip_port": free_ports(2),
            "agi_port": free_port(),
            "ami_port": free_port(),
            "asterisk_http_port": free_port(),
            "asterisk_https_port": free_port(),
            "rtp_port_start": rtp,
            "rtp_port_end": rtp + 99,
            **changes,
        }
        made = Settings(**values)  # type: ignore[arg-type]
        made.home.mkdir(parents=True, exist_ok=True)
        return made

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """One instance's settings."""
    return make_settings()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """A Monday morning in the heating season, 10:00 in Shanghai; move it with ``forward``."""
    standing = StandingClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    monkeypatch.setattr("mainline.clock.datetime", standing)
    return standing


@pytest.fixture
def english() -> Iterator[None]:
    """Messages in English inside this test."""
    with speaking("en"):
        yield


# --- databases ---------------------------------------------------------------------------------


def _all_tables() -> None:
    """Import every table there is."""
    list(features.modules("models"))


async def _make_tables(url: str) -> None:
    _all_tables()
    made = Database(url)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await made.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, empty."""
    path = tmp_path_factory.mktemp("template") / "mainline.db"
    asyncio.run(_make_tables(f"sqlite+aiosqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A real PostgreSQL with a template database that has all tables."""
    cluster = postgres.start(postgres.in_memory())
    try:
        cluster.sql(f"CREATE DATABASE {postgres.TEMPLATE}")
        asyncio.run(_make_tables(cluster.url(postgres.TEMPLATE)))
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with all tables."""
    path = tmp_path / "home" / "mainline.db"
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """A fresh PostgreSQL database with all tables."""
    name = postgres_cluster.create()
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database: once SQLite, once PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database: once SQLite, once PostgreSQL."""
    opened = Database(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """For what only concerns SQLite, or needs no second run."""
    opened = Database(sqlite_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    """For what only concerns PostgreSQL; mark such a test ``postgres``."""
    opened = Database(postgres_url)
    yield opened
    await opened.dispose()
