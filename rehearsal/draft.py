"""A menu that is not published yet, rehearsed in an instance of its own that is gone afterwards."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from ivr.kinds import IVR_MENU
from mainline import definitions, features
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions import DefinitionRefused, Version
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Locale, Text, _
from mainline.process.beside import beside
from mainline.process.welcome import address

BY: Final = "rehearsal"
Print = Callable[[str], None]


class NoDraft(MainlineError):
    """Its newest version counts already."""

    code = "no-draft"
    status = 409
    words = Text("The newest version of the menu %(name)s is in force: there is no draft to try.")


@asynccontextmanager
async def instance_with_draft(
    settings: Settings, wanted: str, say: Print
) -> AsyncIterator[Settings]:
    """Runs beside this one, with everything the company has in force and the draft published."""
    list(features.modules("kinds"))
    found, name, tree = await _collected(settings, wanted)
    refuse_mistakes(tree, say, settings.locale)

    async def furnish(own: Settings) -> None:
        await _publish(own, [*found, (IVR_MENU.name, name, tree)])

    say(_("Starting an instance for the draft of the menu %(name)s …", name=name))
    async with beside(settings, furnish, say) as own:
        say(_("The draft can be seen and called until the end: %(url)s", url=address(own)))
        yield own


Body = tuple[str, str, Any]
"""Kind, name, and the body as it was written."""


async def _collected(settings: Settings, wanted: str) -> tuple[list[Body], str, Any]:
    """What is in force here, and the draft: the newest one of a menu, or a file."""
    file = Path(wanted)
    database = Database(settings.database)
    try:
        if file.suffix in {".yaml", ".yml"}:
            return await in_force(database), file.stem, _read(file)
        return await in_force(database), wanted, (await newest_draft(database, wanted)).source
    finally:
        await database.dispose()


def _read(file: Path) -> Any:
    if not file.is_file():
        raise NotFound(str(file))
    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(str(error)) from None


async def newest_draft(database: Database, name: str) -> Version:
    """The version of the menu that was kept last, unless it counts already."""
    async with database.reading() as session:
        history = await definitions.history(session, IVR_MENU.name, name)
    if not history:
        raise NotFound(name)
    if history[0] == definitions.in_force(history, now()):
        raise NoDraft(name=name)
    return history[0]


def refuse_mistakes(tree: Any, say: Print, locale: Locale) -> None:
    """Before anything is started: what cannot be published cannot be rehearsed."""
    errors = [one for one in IVR_MENU.problems(tree) if one.level == "error"]
    for one in errors:
        say(f"{one.code} {one.where}: {one.words.to(locale, **dict(one.values))}")
    if errors:
        raise DefinitionRefused(errors)


async def in_force(database: Database) -> list[Body]:
    """Everything that the company has decided, of every kind."""
    async with database.reading() as session:
        return [
            (kind, name, (await definitions.current(session, kind, name)).source)
            for kind in definitions.kinds()
            for name in await definitions.names(session, kind)
        ]


async def _publish(own: Settings, bodies: Sequence[Body]) -> None:
    database = Database(own.database)
    try:
        async with database.unit_of_work() as session:
            for kind, name, source in bodies:
                made = await definitions.draft(session, kind, name, source, author=BY)
                await definitions.publish(session, kind, name, made.version, by=BY)
    finally:
        await database.dispose()
