"""Bring a folder in: under the mapping in force, for real or dry."""

from dataclasses import dataclass
from pathlib import Path

from crm.migration import report
from crm.migration.batches import Where
from crm.migration.kinds import IMPORT_MAPPING
from crm.migration.refusals import MappingUnknown
from crm.migration.running import Plan, Run, Told
from crm.migration.scratch import copy_of
from crm.migration.sources import find_sources
from crm.migration.tally import Tally
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound


@dataclass(frozen=True)
class Outcome:
    """What came of it, and where it is written down."""

    tally: Tally
    folder: Path
    text: str


def reports(settings: Settings) -> Path:
    """Where the files of all runs lie."""
    return settings.home / "imports"


async def bring_in(
    database: Database,
    settings: Settings,
    folder: Path,
    *,
    mapping: str,
    by: str,
    dry: bool = False,
    told: Told = lambda _name, _done, _all: None,
) -> Outcome:
    """Read everything, write everything that is right, list everything that is wrong."""
    plan = await _plan(database, settings, folder, mapping, by)
    if dry:
        async with copy_of(database, reports(settings)) as scratch:
            return await _go(scratch, plan, reports(settings) / "dry", settings, told, dry=True)
    return await _go(database, plan, reports(settings), settings, told, dry=False)


async def _go(
    database: Database, plan: Plan, folder: Path, settings: Settings, told: Told, *, dry: bool
) -> Outcome:
    run = Run(database, plan, folder, told)
    await run.go()
    text = report.write(run.folder, run.tally, settings.locale, dry=dry)
    return Outcome(run.tally, run.folder, text)


async def _plan(
    database: Database, settings: Settings, folder: Path, mapping: str, by: str
) -> Plan:
    try:
        async with database.reading() as session:
            found = await definitions.current(session, IMPORT_MAPPING.name, mapping)
    except NotFound as error:
        raise MappingUnknown(mapping=mapping) from error
    sources = find_sources(folder, found.body, mapping)
    where = Where(settings.zone, found.body.area_code or settings.home_area_code)
    return Plan(sources, found.body, mapping, found.version, by, where)
