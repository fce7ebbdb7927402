"""The command line: what an administrator sees without a telephone."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from crm.addresses.models import AddressNode
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from ivr.commands import app
from ivr.plan import install
from mainline import definitions
from mainline.clock import now
from mainline.config import PROJECT, Settings
from mainline.db import Database

HEAT = PROJECT / "packs" / "heat"
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``mainline ivr …`` on a database with the pack and one customer."""
    monkeypatch.setenv("MAINLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAINLINE_LOCALE", "en")
    asyncio.run(_fill(sqlite_url))
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


async def _fill(url: str) -> None:
    database = Database(url)
    async with database.unit_of_work() as session:
        await install(session, HEAT)
        node = AddressNode(level="room", name_zh="501", name_en="501", path="/1/")
        session.add(node)
        await session.flush()
        home = Premise(
            node_id=node.id,
            path="/1/",
            address_zh="和平区幸福小区3号楼501",
            address_en="Building 3",
        )
        li = Customer(name="李梅", language="zh")
        session.add_all([home, li])
        await session.flush()
        session.add_all(
            [
                CustomerPhone(customer_id=li.id, number="13800008000", tail="8000"),
                ServiceAccount(
                    number="8001234", customer_id=li.id, premise_id=home.id, utility="heat"
                ),
            ]
        )
    await database.dispose()


def _broken(tmp_path: Path) -> Path:
    body = yaml.safe_load((HEAT / "menus" / "main.yaml").read_text("utf-8"))
    body["nodes"]["main"]["choices"].pop()
    file = tmp_path / "main.yaml"
    file.write_text(yaml.safe_dump(body), "utf-8")
    return file


def test_check_finds_nothing_in_what_is_in_force(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "emergency: 0\nmain: 0\n")


def test_check_names_the_mistake_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    result = run("check", "--file", str(_broken(tmp_path)))
    assert result.exit_code == 1
    assert "error zero-missing main: Key 0 is not offered." in result.stdout


def test_draw_in_the_terminal_and_as_a_picture(run: Run, tmp_path: Path) -> None:
    assert "Menu · main" in run("draw").stdout
    picture = tmp_path / "main.svg"
    assert run("draw", "--svg", str(picture)).exit_code == 0
    assert picture.read_text("utf-8").startswith("<svg ")


def test_a_walk_without_a_telephone(run: Run) -> None:
    result = run("run", "--ani", "13800008000", "--keys", "2,1,0")
    assert "您尾号 幺 二 三 四 的户号目前没有欠费。" in result.stdout
    assert result.stdout.splitlines()[-1] == "= queue service 0"


def test_an_unknown_caller_walks_too(run: Run) -> None:
    result = run("run", "--keys", "2,1,1", "--hours", "open")
    assert result.stdout.splitlines()[-1] == "= queue emergency 100"


def test_a_mistaken_menu_is_not_published(run: Run, tmp_path: Path) -> None:
    result = run("publish", str(_broken(tmp_path)))
    assert result.exit_code == 1
    assert "zero-missing" in result.stdout
    assert run("check").stdout == "emergency: 0\nmain: 0\n"


def test_publish_and_roll_back(run: Run, tmp_path: Path) -> None:
    body = yaml.safe_load((HEAT / "menus" / "main.yaml").read_text("utf-8"))
    body["title"]["en"] = "Winter menu"
    file = tmp_path / "main.yaml"
    file.write_text(yaml.safe_dump(body), "utf-8")
    assert run("publish", str(file), "--why", "winter").stdout == "ivr_menu/main version 2\n"
    assert run("draw").stdout.startswith("Winter menu\n")
    assert run("rollback").stdout == "ivr_menu/main version 3\n"
    assert run("draw").stdout.startswith("Heating service hotline\n")


def test_the_studio_is_told_what_to_record(run: Run) -> None:
    lines = run("studio").stdout.splitlines()
    assert any(line.endswith("\tzh\t停供信息请按3。") for line in lines)
    assert all(line.startswith("studio/") for line in lines)


def test_a_menu_is_published_for_a_moment_on_the_companys_clock(run: Run, sqlite_url: str) -> None:
    moment = (now() + timedelta(days=3)).astimezone(Settings().zone).replace(microsecond=0)
    file = HEAT / "menus" / "main.yaml"
    done = run("publish", str(file), "--at", moment.strftime("%Y-%m-%dT%H:%M:%S"))
    assert (done.exit_code, done.stdout) == (0, "ivr_menu/main version 2\n")

    async def read() -> list[definitions.Version]:
        database = Database(sqlite_url)
        async with database.reading() as session:
            found = await definitions.history(session, "ivr_menu", "main")
        await database.dispose()
        return found

    later, present = asyncio.run(read())
    assert later.effective_at == moment
    assert definitions.in_force([later, present], now()) == present
