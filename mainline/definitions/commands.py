"""``mainline definitions``: list, export, check, publish, roll back, as text files."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import definitions, features
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions.service import DefinitionRefused
from mainline.errors import MainlineError

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="What the company may change itself, as text.")
Kind = Annotated[str, typer.Argument(help="Such as ivr_menu or call_reasons.")]
Name = Annotated[str, typer.Argument(help="Which one of that kind.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the version.")]
FILE_BYTES_MAX = 2_000_000


def _in_database(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def run() -> T:
        list(features.modules("kinds"))
        database = Database(Settings().database)
        try:
            async with database.unit_of_work() as session:
                return await work(session)
        finally:
            await database.dispose()

    try:
        return asyncio.run(run())
    except DefinitionRefused as refused:
        _print_problems(refused.problems)
        raise typer.Exit(1) from refused
    except MainlineError as error:
        typer.echo(
            f"{error.code}: {error.words.to('en', **error.values)} ({error.detail})", err=True
        )
        raise typer.Exit(1) from error


def _print_problems(problems: list[definitions.Problem]) -> None:
    for problem in problems:
        words = problem.words.to("en", **dict(problem.values))
        typer.echo(f"{problem.level} {problem.code} {problem.where}: {words}")


def _read(path: Path) -> Any:
    if path.stat().st_size > FILE_BYTES_MAX:
        raise typer.BadParameter("the file is too large")
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"not YAML in UTF-8: {error}") from error


@app.command("list")
def list_kinds() -> None:
    """Every kind, its definitions and the version in force."""

    async def work(session: AsyncSession) -> list[str]:
        lines = []
        for kind in sorted(definitions.kinds()):
            for name in await definitions.names(session, kind):
                found = await definitions.current(session, kind, name)
                lines.append(f"{kind}/{name} version {found.version} by {found.published_by}")
        return lines

    typer.echo("\n".join(_in_database(work)) or "nothing is published yet")


@app.command()
def export(kind: Kind, name: Name) -> None:
    """Print the version in force as YAML."""

    async def work(session: AsyncSession) -> Any:
        return (await definitions.current(session, kind, name)).source

    typer.echo(yaml.safe_dump(_in_database(work), allow_unicode=True, sort_keys=False))


@app.command()
def check(kind: Kind, file: Path) -> None:
    """Say what is wrong with a file; exit 1 when it could not be published."""
    list(features.modules("kinds"))
    problems = _problems(definitions.kind_named(kind), _read(file))
    _print_problems(problems)
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(1)


def _problems(kind: definitions.Kind[Any], body: Any) -> list[definitions.Problem]:
    """Only who names roles has to know those of this company; where none is kept yet, the house's
    count."""
    if kind.roles_check is None:
        return kind.problems(body)
    if not _is_kept(make_url(Settings().database)):
        typer.echo("there is no database here: checked by the roles of the house", err=True)
        return kind.problems(body)
    return _in_database(lambda session: definitions.problems_now(session, kind.name, body))


def _is_kept(url: URL) -> bool:
    """Whether there is a database; to ask SQLite would make an empty one."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


@app.command()
def publish(kind: Kind, name: Name, file: Path, why: Why = "") -> None:
    """Put a file in force as the next version."""

    async def work(session: AsyncSession) -> int:
        by = getpass.getuser()
        made = await definitions.draft(session, kind, name, _read(file), author=by, why=why)
        return (
            await definitions.publish(session, kind, name, made.version, by=by, why=why)
        ).version

    typer.echo(f"{kind}/{name} version {_in_database(work)} is in force")


@app.command("roll-back")
def roll_back(kind: Kind, name: Name, to: int, why: Why = "") -> None:
    """Put an earlier version in force again."""

    async def work(session: AsyncSession) -> int:
        made = await definitions.roll_back(session, kind, name, to, by=getpass.getuser(), why=why)
        return made.version

    typer.echo(f"{kind}/{name} version {_in_database(work)} is in force")
