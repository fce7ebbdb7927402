"""``mainline definitions check``: a file is judged as it would be when it is published."""

import asyncio
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from crm.staff import composing
from crm.staff.models import User
from crm.staff.roles import Role
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.definitions.commands import app
from mainline.permissions import Permission
from mainline.text import LocalizedText

OWN = "counter"


@pytest.fixture
def approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Requests that a role of the company's own approves."""
    monkeypatch.setenv("MAINLINE_HOME", str(tmp_path / "home"))
    body = definitions.content(PROJECT / "packs" / "heat" / "life_cycle.yaml")
    body["kinds"][0]["approvals"][0]["role"] = OWN
    file = tmp_path / "life_cycle.yaml"
    file.write_text(yaml.safe_dump(body, allow_unicode=True), "utf-8")
    return file


def checked(file: Path) -> Result:
    return CliRunner().invoke(app, ["check", "life_cycle", str(file)])


async def compose(url: str) -> None:
    role = Role(
        code=OWN, name=LocalizedText(zh="柜台", en="Counter"),
        permissions=(Permission.DECIDE_REQUESTS,),
    )  # fmt: skip
    database = Database(url)
    async with database.unit_of_work() as session:
        session.add(User(login="root", name="root", password_hash="x", roles=["admin"]))
    async with database.unit_of_work() as session:
        await composing.put(session, role, may=frozenset(Permission), by="root", why="counter")
    await database.dispose()


def test_a_file_may_name_a_role_as_soon_as_the_company_has_it(
    approved: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINLINE_DATABASE_URL", sqlite_url)
    before = checked(approved)
    assert before.exit_code == 1
    assert before.stdout.startswith(f"error role connection/{OWN}")
    asyncio.run(compose(sqlite_url))
    after = checked(approved)
    assert (after.exit_code, after.stdout) == (0, "")


def test_where_no_database_is_the_roles_of_the_house_count_and_it_is_said(approved: Path) -> None:
    found = checked(approved)
    assert found.exit_code == 1
    assert found.stdout.startswith(f"error role connection/{OWN}")
    assert "no database here" in found.stderr
    assert not (approved.parent / "home").exists()
