"""Which menu is tried, and what of the company goes with it."""

from pathlib import Path

import pytest

from ivr.kinds import IVR_MENU
from ivr.plan import install
from mainline import definitions, features
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.definitions import DefinitionRefused
from mainline.errors import Invalid, NotFound
from rehearsal.draft import (
    NoDraft,
    in_force,
    instance_with_draft,
    newest_draft,
    refuse_mistakes,
)

PACK = PROJECT / "packs" / "heat"
TREE = {
    "title": {"zh": "草稿", "en": "Draft"},
    "languages": ["zh", "en"],
    "start": "desk",
    "person": "desk",
    "nodes": {"desk": {"kind": "queue", "queue": "service"}},
}


@pytest.fixture(autouse=True)
async def _installed(database: Database) -> None:
    list(features.modules("kinds"))
    async with database.unit_of_work() as session:
        await install(session, PACK)


async def keep(database: Database, *, publish: bool = False) -> None:
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, IVR_MENU.name, "main", TREE, author="li")
        if publish:
            await definitions.publish(session, IVR_MENU.name, "main", made.version, by="li")


async def test_the_version_kept_last_is_tried(database: Database) -> None:
    await keep(database)
    await keep(database)
    draft = await newest_draft(database, "main")
    assert (draft.version, draft.source) == (3, TREE)


async def test_what_is_in_force_already_is_no_draft(database: Database) -> None:
    with pytest.raises(NoDraft):
        await newest_draft(database, "main")
    await keep(database)
    await keep(database, publish=True)
    with pytest.raises(NoDraft):
        await newest_draft(database, "main")


async def test_an_unknown_menu_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await newest_draft(database, "nothing")


async def test_everything_in_force_goes_along_and_no_draft(database: Database) -> None:
    await keep(database)
    found = {(kind, name): source for kind, name, source in await in_force(database)}
    assert found[IVR_MENU.name, "main"]["start"] != "desk"
    assert {kind for kind, _name in found} >= {"ivr_menu", "hours", "line", "policies"}
    assert ("line", "96777") in found


def test_mistakes_are_told_and_refused_before_anything_starts() -> None:
    told: list[str] = []
    with pytest.raises(DefinitionRefused) as refused:
        refuse_mistakes({**TREE, "start": "nowhere"}, told.append, "en")
    assert len(told) == len(refused.value.problems) > 0
    assert "start" in told[0]
    refuse_mistakes(TREE, told.append, "en")
    assert len(told) == len(refused.value.problems)


async def test_a_file_that_is_none_or_no_yaml_is_refused(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("nodes: [", "utf-8")
    here = settings.model_copy(update={"database_url": database.url})
    for wanted, refusal in ((bad, Invalid), (tmp_path / "none.yaml", NotFound)):
        with pytest.raises(refusal):
            async with instance_with_draft(here, str(wanted), print):
                pytest.fail("it was started")
