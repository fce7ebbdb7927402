"""``mainline ivr``: check, draw, walk, publish and roll back menus; make the prompts."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from ivr import draw as drawing
from ivr import kinds, terminal
from ivr.check import Known, problems
from ivr.flows import FLOWS
from ivr.menu import MenuTree
from ivr.phrases import load_phrases
from ivr.plan import Plan, Plans, install, pack_bodies, pack_plan
from ivr.prepare import prompts
from ivr.prompts.warm import Progress, wanted
from ivr.speech.voice import WavVoice
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.definitions import DefinitionRefused, Problem
from mainline.errors import MainlineError
from mainline.i18n import Locale, translate

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Menus: check, draw, walk, publish, prompts.")
FileOption = Annotated[
    Path | None, typer.Option("--file", exists=True, help="A YAML file, not what is published.")
]
NameOption = Annotated[str, typer.Option(help="Which menu.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the version.")]


def _database(work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database)
        try:
            return await work(database)
        finally:
            await database.dispose()

    try:
        return asyncio.run(run())
    except DefinitionRefused as refused:
        _print(refused.problems, Settings().locale)
        raise typer.Exit(1) from refused
    except MainlineError as error:
        words = error.words.to(Settings().locale, **error.values)
        typer.echo(f"{error.code}: {words} ({error.detail})", err=True)
        raise typer.Exit(1) from error


async def _plan(database: Database) -> Plan:
    return await Plans(database, Settings().pack_dir).current()


def _tree(name: str, file: Path | None) -> MenuTree:
    if file is not None:
        return _parsed(file)
    menu = _database(_plan).menus.get(name)
    if menu is None:
        raise typer.BadParameter(translate("There is no menu %(name)s.", "en", {"name": name}))
    return menu.tree


def _parsed(file: Path) -> MenuTree:
    try:
        return kinds.IVR_MENU.parse(_read(file))
    except ValidationError as error:
        _print(kinds.IVR_MENU.problems(_read(file)), Settings().locale)
        raise typer.Exit(1) from error


def _read(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"not YAML in UTF-8: {error}") from error


def _print(found: list[Problem], locale: Locale) -> None:
    for problem in found:
        words = problem.words.to(locale, **dict(problem.values))
        typer.echo(f"{problem.level} {problem.code} {problem.where}: {words}")


@app.command()
def check(
    file: FileOption = None,
    pack: Annotated[str, typer.Option(help="Check a pack as delivered.")] = "",
) -> None:
    """Find dead ends, unreachable nodes, missing prompts and translations, loops.

    Without options: everything in force. Ends with 1 when there are errors.
    """
    if file is not None:
        found = {file.stem: problems(_parsed(file), Known(FLOWS, kinds.QUEUES))}
    else:
        plan = pack_plan(PROJECT / "packs" / pack) if pack else _database(_plan)
        known = Known(FLOWS, kinds.QUEUES, plan.hours)
        found = {name: problems(menu.tree, known) for name, menu in plan.menus.items()}
    for name, listed in found.items():
        typer.echo(f"{name}: {len(listed)}")
        _print(listed, Settings().locale)
    if any(problem.level == "error" for listed in found.values() for problem in listed):
        raise typer.Exit(1)


@app.command()
def draw(
    name: NameOption = "main",
    file: FileOption = None,
    svg: Annotated[Path | None, typer.Option(help="Write a picture instead.")] = None,
) -> None:
    """Draw a tree, in the terminal or as SVG."""
    tree, locale = _tree(name, file), Settings().locale
    if svg is None:
        typer.echo(drawing.draw_text(tree, locale))
    else:
        svg.write_text(drawing.draw_svg(tree, locale), encoding="utf-8")


@app.command()
def run(
    name: NameOption = "main",
    file: FileOption = None,
    ani: Annotated[str, typer.Option(help="The caller's number.")] = "",
    keys: Annotated[str | None, typer.Option(help="Keys for scripts, as 1,2,0.")] = None,
    hours: Annotated[str, typer.Option(help="open, lunch, night, holiday or emergency.")] = "open",
) -> None:
    """Walk a tree in the terminal, without a telephone."""
    settings = Settings()
    tree = _tree(name, file)
    pressed = None if keys is None else keys.split(",")

    async def walk(database: Database) -> str:
        return await terminal.walk(database, settings, name, tree, ani, pressed, hours)

    typer.echo(_database(walk))


@app.command()
def publish(
    file: Path,
    name: Annotated[str, typer.Option()] = "",
    why: Why = "",
    at: Annotated[datetime | None, typer.Option(help="On the company's clock; else now.")] = None,
) -> None:
    """Check a menu and put it in force for the next call, or from a moment on."""
    moment = at.replace(tzinfo=Settings().zone) if at else None

    async def work(session: AsyncSession) -> definitions.Version:
        made = await definitions.draft(
            session, "ivr_menu", name or file.stem, _read(file), author=getpass.getuser(), why=why
        )
        return await definitions.publish(
            session, "ivr_menu", made.name, made.version, by=getpass.getuser(), why=why, at=moment
        )

    version = _in_session(work)
    typer.echo(f"ivr_menu/{version.name} version {version.version}")


@app.command()
def rollback(name: NameOption = "main", to: int = 0, why: Why = "") -> None:
    """Put an earlier version in force again; without --to the one before."""

    async def work(session: AsyncSession) -> definitions.Version:
        target = to or (await definitions.current(session, "ivr_menu", name)).version - 1
        return await definitions.roll_back(
            session, "ivr_menu", name, target, by=getpass.getuser(), why=why
        )

    version = _in_session(work)
    typer.echo(f"ivr_menu/{version.name} version {version.version}")


def _in_session(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def inside(database: Database) -> T:
        async with database.unit_of_work() as session:
            return await work(session)

    return _database(inside)


@app.command("install")
def install_pack() -> None:
    """Publish the pack's menus, hours and lines, except where the company has its own."""
    _in_session(lambda session: install(session, Settings().pack_dir))
    typer.echo(", ".join(f"{kind} {len(found)}" for kind, found in _bodies().items()))


def _bodies() -> dict[str, dict[str, Any]]:
    return pack_bodies(Settings().pack_dir)


@app.command()
def prewarm(quiet: Annotated[bool, typer.Option(help="Print the end only.")] = False) -> None:
    """Make every prompt that can be known before a call."""
    settings = Settings()

    async def work(database: Database) -> tuple[int, int]:
        total = silent = 0
        async with aclosing(prompts(settings, database)) as steps:
            async for step in steps:
                total, silent = step.total, silent + (not step.spoken)
                _show(step, quiet=quiet)
        return total, silent

    total, silent = _database(work)
    typer.echo(f"{total - silent}/{total}")
    if silent == total:
        raise typer.Exit(1)


def _show(step: Progress, *, quiet: bool) -> None:
    if not step.spoken:
        typer.echo(f"! {step.prompt.language} {step.prompt.text[:40]}", err=True)
    if not quiet and (step.done % 50 == 0 or step.done == step.total):
        typer.echo(f"{step.done}/{step.total}")


@app.command()
def studio() -> None:
    """List what a studio should record: file below the sounds folder, language, text."""
    settings = Settings()
    voice = WavVoice(settings.sounds_dir)
    for prompt in wanted(_database(_plan), load_phrases(settings.pack_dir)):
        file = voice.studio_file(prompt.text, prompt.language)
        typer.echo(f"{file.relative_to(settings.sounds_dir)}\t{prompt.language}\t{prompt.text}")
    voice.close()
