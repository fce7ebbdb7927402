"""What ``mainline prepare`` makes, and when it refuses."""

import stat
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from mainline import features
from mainline.asterisk import install
from mainline.config import Settings
from mainline.db import Database
from mainline.process import preparing
from mainline.process.preparing import OtherPack, StrangeDatabase, prepare


class Modules:
    """Features that only note what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = False

    def __call__(self, role: str) -> list[Any]:
        if role == "demo":
            return [SimpleNamespace(load=self._load)]
        assert role == "prepare"
        return [SimpleNamespace(prepare=self._prepare)]

    async def _load(self, _session: object, pack: str) -> None:
        self.asked.append(f"demo {pack}")
        if self.fails:
            raise ConnectionError

    async def _prepare(self, _settings: object, _database: object, _say: object) -> None:
        self.asked.append("prepare")


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Modules:
    found = Modules()
    monkeypatch.setattr(preparing, "features", SimpleNamespace(modules=found))
    monkeypatch.setattr(install, "ensure", lambda _settings, _say: None)
    return found


async def test_the_demo_town_is_loaded_once(settings: Settings, modules: Modules) -> None:
    said: list[str] = []
    await prepare(settings, said.append)
    await prepare(settings, said.append)
    assert modules.asked == ["demo heat", "prepare", "prepare"]
    assert said == ["正在载入演示城市：heat"]


async def test_without_the_demo_nobody_is_invented(
    make_settings: Callable[..., Settings], modules: Modules
) -> None:
    await prepare(make_settings(demo=False), print)
    assert modules.asked == ["prepare"]


async def test_a_demo_that_failed_is_loaded_again(settings: Settings, modules: Modules) -> None:
    modules.fails = True
    with pytest.raises(ConnectionError):
        await prepare(settings, print)
    modules.fails = False
    await prepare(settings, print)
    assert modules.asked == ["demo heat", "demo heat", "prepare"]


async def test_another_trades_town_is_not_mixed_in(
    make_settings: Callable[..., Settings], modules: Modules
) -> None:
    await prepare(make_settings(pack="heat"), print)
    with pytest.raises(OtherPack) as refused:
        await prepare(make_settings(pack="gas"), print)
    assert "MAINLINE_HOME" in refused.value.words.to("en", **refused.value.values)
    assert modules.asked == ["demo heat", "prepare"]


@pytest.mark.usefixtures("modules")
async def test_a_database_of_another_version_is_left_alone(settings: Settings) -> None:
    await prepare(settings, print)
    database = Database(settings.database)
    async with database.unit_of_work() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    await database.dispose()
    with pytest.raises(StrangeDatabase, match="from-the-future"):
        await prepare(settings, print)


@pytest.mark.usefixtures("modules")
async def test_only_the_owner_looks_into_the_data_folder(settings: Settings) -> None:
    await prepare(settings, print)
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((settings.home / "secrets.json").stat().st_mode) == 0o600


def test_every_features_own_part_has_the_agreed_form() -> None:
    for module in features.modules("prepare"):
        names = [name.lstrip("_") for name in module.prepare.__annotations__]
        assert names[:2] == ["settings", "database"], module
    for module in features.modules("demo"):
        assert list(module.load.__annotations__)[:2] == ["session", "pack"], module
