from datetime import timedelta

import pytest
from pydantic import ValidationError

from mainline import definitions
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from recordings.kinds import RetentionRule
from recordings.models import Recording
from recordings.retention import Retention, rule
from recordings.store import located, new_path


async def store(
    database: Database, settings: Settings, days: int, *, answered: bool, kept: bool = False
) -> int:
    at = now() - timedelta(days=days)
    path = new_path(at)
    file = located(settings.recordings_store, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"sound")
    async with database.unit_of_work() as session:
        row = Recording(
            call_id=f"c{days}{answered}{kept}", started_at=at, path=path, state="stored",
            sha256="ab" * 32, answered=answered, kept=kept,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return row.id


async def row_of(database: Database, recording_id: int) -> Recording:
    async with database.reading() as session:
        return await session.get_one(Recording, recording_id)


async def test_what_is_too_old_goes_and_leaves_its_hash(database: Database, settings: Settings):
    old = await store(database, settings, 181, answered=False)
    talk = await store(database, settings, 181, answered=True)
    assert await Retention(database, settings).step() == 1
    gone, left = await row_of(database, old), await row_of(database, talk)
    assert (gone.state, gone.sha256, gone.deleted_why) == ("deleted", "ab" * 32, "rule: 180 days")
    assert gone.deleted_at is not None
    assert not located(settings.recordings_store, gone.path).exists()
    assert left.state == "stored"
    assert located(settings.recordings_store, left.path).exists()


async def test_what_is_marked_as_kept_is_never_deleted(
    sqlite_database: Database, settings: Settings
):
    kept = await store(sqlite_database, settings, 9000, answered=True, kept=True)
    assert await Retention(sqlite_database, settings).step() == 0
    assert (await row_of(sqlite_database, kept)).state == "stored"


async def test_the_company_changes_the_rule_without_a_restart(
    sqlite_database: Database, settings: Settings
):
    talk = await store(sqlite_database, settings, 181, answered=True)
    retention = Retention(sqlite_database, settings)
    assert await retention.step() == 0
    async with sqlite_database.unit_of_work() as session:
        body = {"answered_days": 90, "other_days": 30}
        made = await definitions.draft(
            session, "recording_retention", "default", body, author="chen"
        )
        await definitions.publish(
            session, "recording_retention", "default", made.version, by="chen"
        )
    async with sqlite_database.reading() as session:
        assert await rule(session) == RetentionRule(answered_days=90, other_days=30)
    assert await retention.step() == 1
    assert (await row_of(sqlite_database, talk)).deleted_why == "rule: 90 days"


def test_a_rule_that_deletes_talks_at_once_is_refused():
    with pytest.raises(ValidationError):
        RetentionRule(answered_days=0)
