"""A generated company's folder, and bringing it in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from crm.catalog import demo
from crm.migration import service
from crm.migration.prepare import prepare
from crm.migration.service import Outcome
from mainline import features
from mainline.config import Settings
from mainline.db import Database

BringIn = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def catalog() -> Callable[[Database], Awaitable[None]]:
    """The company's types of work orders and the house's mapping are in force."""

    async def load(database: Database) -> None:
        for role in ("kinds", "events"):
            list(features.modules(role))
        async with database.unit_of_work() as session:
            await demo.load(session, "heat")
        await prepare(Settings(), database, lambda _words: None)

    return load


@pytest.fixture
def bring_in(settings: Settings, catalog: Callable[[Database], Awaitable[None]]) -> BringIn:
    """Bring a folder into a database under the house's mapping."""

    async def run(database: Database, folder: Path, *, dry: bool = False) -> Outcome:
        await catalog(database)
        return await service.bring_in(
            database, settings, folder, mapping="house", by="tester", dry=dry
        )

    return run
