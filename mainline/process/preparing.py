"""``mainline prepare``: everything a data folder needs before the processes start.

Each step looks first, so preparing again takes a moment and keeps the data. A feature that has
something of its own to prepare has a module ``prepare`` with ``async prepare(settings, database,
say)``.
"""

from collections.abc import Awaitable, Callable

from alembic.util.exc import CommandError

from mainline import features
from mainline.asterisk import install
from mainline.config import Settings
from mainline.db import Database
from mainline.db.migrate import upgrade
from mainline.errors import MainlineError
from mainline.i18n import Text, _
from mainline.journal import append, entries_after
from mainline.process.events import DemoLoaded
from mainline.secrets import Secrets

Say = Callable[[str], None]
Prepare = Callable[[Settings, Database, Say], Awaitable[None]]


class OtherPack(MainlineError):
    """The data folder holds another trade's demo town."""

    code = "other-pack"
    words = Text(
        "The data folder %(home)s holds the demo town %(there)s. "
        "Set MAINLINE_HOME to another folder for %(wanted)s."
    )


class StrangeDatabase(MainlineError):
    """The database does not descend from any migration we know."""

    code = "strange-database"
    words = Text("The database was made by another version of Mainline: %(detail)s")


async def prepare(settings: Settings, say: Say) -> None:
    """All steps, in order; raises with the words of the first that fails."""
    _folders(settings)
    Secrets.load_or_create(settings.home)
    install.ensure(settings, say)
    await _migrate(settings)
    database = Database(settings.database)
    try:
        if settings.demo:
            await _demo(settings, database, say)
        for module in features.modules("prepare"):
            await module.prepare(settings, database, say)
    finally:
        await database.dispose()


async def _migrate(settings: Settings) -> None:
    try:
        await upgrade(settings.database)
    except CommandError as error:
        raise StrangeDatabase(str(error)) from error


def _folders(settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o700)
    for name in ("run", "log", "sounds", "recordings/incoming", "recordings/store"):
        (settings.home / name).mkdir(parents=True, exist_ok=True)


async def _demo(settings: Settings, database: Database, say: Say) -> None:
    """The demo town, once, whole or not at all."""
    there = await _demo_there(database)
    if there is not None:
        if there != settings.pack:
            raise OtherPack(home=settings.home, there=there, wanted=settings.pack)
        return
    say(_("Loading the demo town: %(pack)s", pack=settings.pack))
    async with database.unit_of_work() as session:
        for module in features.modules("demo"):
            await module.load(session, settings.pack)
        await append(session, DemoLoaded(subject="demo", pack=settings.pack))


async def _demo_there(database: Database) -> str | None:
    async with database.reading() as session:
        found = await entries_after(session, 0, limit=1, subject="demo")
    event = found[0].event if found else None
    return event.pack if isinstance(event, DemoLoaded) else None
