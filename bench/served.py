"""A town on PostgreSQL, and processes of their own that serve it over HTTP."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp

from bench.growth import there
from bench.history import build
from crm.catalog import service as catalog
from crm.staff import auth
from crm.staff.service import add_user
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.secrets import Secrets
from tests.support import postgres
from tests.support.ports import free_port

UP_WITHIN_S = 60
PASSWORD = "correct horse"


async def town(stack: AsyncExitStack, folder: Path, size: int, at: str = "") -> Settings:
    """One of that size on PostgreSQL; ``at``: where it stands or is to stand."""
    url = at
    if not url:
        cluster = await asyncio.to_thread(postgres.start)
        stack.callback(cluster.stop)
        url = cluster.url("postgres")
    settings = Settings(home=folder, database_url=url, demo=False, http_port=free_port())
    Secrets.load_or_create(folder)
    database = Database(url)
    if not await there(database):
        await build(database, settings, size)
    await database.dispose()
    return settings


async def signed_in(settings: Settings) -> str:
    """The session of somebody who sees all that is asked for, as often as fifty people ask."""
    database = Database(settings.database)
    login = f"office{os.getpid()}"
    async with database.unit_of_work() as session:
        await add_user(
            session, login=login, name=login, password=PASSWORD, roles=["leader", "admin"]
        )
    signed = await auth.sign_in(database, login=login, password=PASSWORD, address="127.0.0.1")
    await database.dispose()
    return signed.token


async def plain_kind(settings: Settings) -> str:
    """A type of order that asks for nothing."""
    database = Database(settings.database)
    async with database.reading() as session:
        types = (await catalog.work_order_types(session)).body.types
    await database.dispose()
    return next(one.code for one in types if not any(field.required for field in one.fields))


def environment(settings: Settings) -> dict[str, str]:
    """What its processes are told; telephones there are none."""
    return {
        "MAINLINE_HOME": str(settings.home), "MAINLINE_DATABASE_URL": settings.database,
        "MAINLINE_HTTP_PORT": str(settings.http_port), "MAINLINE_DEMO": "false",
        "MAINLINE_AMI_PORT": str(free_port()), "MAINLINE_ASTERISK_HTTP_PORT": str(free_port()),
    }  # fmt: skip


@asynccontextmanager
async def process(name: str, ready: str, environment: dict[str, str]) -> AsyncIterator[None]:
    """A process of its own, as soon as it answers."""
    command = {"web": ["-m", "mainline.cli", "web"], "bare": ["-m", "bench.bare"]}[name]
    started = subprocess.Popen(
        [sys.executable, *command], cwd=PROJECT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(UP_WITHIN_S), aiohttp.ClientSession() as web:
            while not await _answers(web, ready):
                assert started.poll() is None, f"{name} has ended"
                await asyncio.sleep(0.1)
        yield
    finally:
        started.terminate()
        await asyncio.to_thread(started.wait, 20)


async def _answers(web: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with web.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
