"""A PostgreSQL of our own for the time of a test run; it listens on a socket file only."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mainline.db import Database

TEMPLATE = "mainline_template"
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "shared_buffers=32MB",
)
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3
"""Bytes that must be free there."""


_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


async def until_somebody_waits(database: Database) -> None:
    """Until a transaction stands before the lock of another."""
    async with asyncio.timeout(60):
        while True:
            async with database.reading() as session:
                if await session.scalar(_WAITING):
                    return
            await asyncio.sleep(0.01)


@dataclass
class Cluster:
    """A running PostgreSQL; ``create`` makes a database that looks like the template."""

    folder: Path
    bin: Path
    server: subprocess.Popen[bytes]
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://mainline@/{database}?host={self.folder}"

    def create(self, *, template: str = TEMPLATE) -> str:
        name = f"test_{next(self.numbers)}"
        # copied as files: twice as fast as through the log, and nobody else is writing
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def sql(self, statement: str) -> None:
        command: list[str | Path] = [
            self.bin / "psql",
            "-qXh",
            self.folder,
            "-U",
            "mainline",
            "-d",
            "postgres",
        ]
        subprocess.run([*command, "-v", "ON_ERROR_STOP=1", "-c", statement], check=True, timeout=60)

    def stop(self) -> None:
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(within: Path | None = None) -> Cluster:
    """A fresh cluster. PostgreSQL refuses to run as root: then another user runs it."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="mainline-pg-", dir=within))
    user = _unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    who: dict[str, Any] = (
        {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    )
    subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", "mainline", "-A", "trust", "-N",
         "--encoding=UTF8", "--locale=C.UTF-8"],
        check=True, timeout=120, cwd=folder, stdout=subprocess.DEVNULL, **who,
    )  # fmt: skip
    options = [part for setting in _SETTINGS for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, *options],
            stdout=log, stderr=log, cwd=folder, **who,
        )  # fmt: skip
    cluster = Cluster(folder, programs, server)
    _await(cluster)
    return cluster


def in_memory() -> Path | None:
    """Where there is room in memory for ``start``, if anywhere.

    A database is a thousand files: on a disk to make and to drop them takes most of a test.
    """
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    return _MEMORY if roomy else None


def _await(cluster: Cluster) -> None:
    """Until it takes connections."""
    for _attempt in range(1200):
        ready = subprocess.run(
            [cluster.bin / "pg_isready", "-qh", cluster.folder, "-t", "10"], check=False, timeout=20
        )
        if ready.returncode == 0:
            return
        if cluster.server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError((cluster.folder / "log").read_text("utf-8", "replace"))


def _programs() -> Path:
    """Newest installed server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError(
            "PostgreSQL's server programs are missing: run `scripts/setup.sh --tests`, "
            'or leave these tests out with -m "not postgres"'
        )
    return Path(on_path).resolve().parent


def _version(initdb: Path) -> int:
    return int(initdb.parts[-3])


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
