"""Draft, check, publish, roll back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import event

from mainline import definitions
from mainline.db import Database
from mainline.definitions import Kind, Problem
from mainline.definitions import kind as kind_module
from mainline.definitions.service import (
    AlreadyInForce,
    DefinitionRefused,
    EditedMeanwhile,
    WrongMoment,
)
from mainline.errors import NotFound
from mainline.i18n import Text
from mainline.journal import entries_after
from tests.support.clock import StandingClock


class Opening(BaseModel):
    opens: int
    closes: int


def _check(body: Opening) -> list[Problem]:
    if body.closes > body.opens:
        return []
    return [Problem("error", "closed-before-open", "closes", Text("It closes before it opens."))]


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(kind_module._KINDS, "opening", Kind("opening", Opening, _check))
    return iter(())


async def draft(database: Database, body: Any, *, why: str = "") -> int:
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, "opening", "office", body, author="li", why=why)
        return made.version


async def publish(database: Database, number: int) -> None:
    async with database.unit_of_work() as session:
        await definitions.publish(session, "opening", "office", number, by="wang", why="new year")


async def in_force(database: Database, **options: Any) -> tuple[int, Any]:
    async with database.reading() as session:
        found = await definitions.current(session, "opening", "office", **options)
        return found.version, found.body


async def test_a_draft_is_not_in_force(database: Database) -> None:
    assert await draft(database, {"opens": 8, "closes": 17}) == 1
    with pytest.raises(NotFound):
        await in_force(database)


async def test_a_published_version_is_in_force_and_told(database: Database) -> None:
    await publish(database, await draft(database, {"opens": 8, "closes": 17}))
    assert await in_force(database) == (1, Opening(opens=8, closes=17))
    async with database.reading() as session:
        [entry] = await entries_after(session, 0)
    assert entry.event.subject == "definition:opening/office"
    assert entry.event.model_dump(include={"version", "by", "why"}) == {
        "version": 1,
        "by": "wang",
        "why": "new year",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"opens": 17, "closes": 8}, "closed-before-open"),
        ({"opens": "morning", "closes": 8}, "shape"),
        ([], "shape"),
    ],
)
async def test_a_version_with_mistakes_is_not_published(
    database: Database, body: Any, code: str
) -> None:
    number = await draft(database, body)
    with pytest.raises(DefinitionRefused) as refused:
        await publish(database, number)
    assert {problem.code for problem in refused.value.problems} == {code}
    with pytest.raises(NotFound):
        await in_force(database)


async def test_a_body_without_limits_is_refused(database: Database) -> None:
    with pytest.raises(DefinitionRefused, match="too-large"):
        await draft(database, "x" * 1_000_001)


async def test_the_next_version_replaces_and_the_old_can_still_be_read(
    database: Database, clock: StandingClock
) -> None:
    await publish(database, await draft(database, {"opens": 8, "closes": 17}))
    first_day = clock.at
    clock.forward(days=1)
    await publish(database, await draft(database, {"opens": 9, "closes": 18}))
    assert await in_force(database) == (2, Opening(opens=9, closes=18))
    assert await in_force(database, at=first_day) == (1, Opening(opens=8, closes=17))
    async with database.reading() as session:
        old = await definitions.version(session, "opening", "office", 1)
    assert old.body == Opening(opens=8, closes=17)


async def test_a_past_moment_is_read_by_what_was_in_force_then(
    database: Database, clock: StandingClock
) -> None:
    before = clock.at - timedelta(days=1)
    moments = [clock.at, clock.at + timedelta(days=1)]
    for closes in (17, 18):
        await publish(database, await draft(database, {"opens": 8, "closes": closes}))
        clock.forward(seconds=86_400)
    async with database.reading() as session:
        found = [
            (await definitions.as_of(session, "opening", "office", moment)).version
            for moment in (*moments, None, before)
        ]
        with pytest.raises(NotFound):
            await definitions.as_of(session, "opening", "nowhere", moments[0])
    assert found == [1, 2, 2, 2]  # before the first there is only what came later


async def test_rolling_back_makes_a_new_version_of_the_old_words(
    database: Database, clock: StandingClock
) -> None:
    for opens in (8, 9):
        await publish(database, await draft(database, {"opens": opens, "closes": 17}))
        clock.forward(seconds=1)
    async with database.unit_of_work() as session:
        await definitions.roll_back(session, "opening", "office", 1, by="zhao")
    assert await in_force(database) == (3, Opening(opens=8, closes=17))
    async with database.reading() as session:
        told = await definitions.history(session, "opening", "office")
    assert [(one.version, one.why) for one in told] == [
        (3, "rolled back to 1"),
        (2, "new year"),
        (1, "new year"),
    ]


async def test_a_draft_cannot_be_rolled_back_to(database: Database) -> None:
    await draft(database, {"opens": 8, "closes": 17})
    with pytest.raises(NotFound):
        async with database.unit_of_work() as session:
            await definitions.roll_back(session, "opening", "office", 1, by="zhao")


async def test_publishing_twice_tells_once(database: Database) -> None:
    number = await draft(database, {"opens": 8, "closes": 17})
    await publish(database, number)
    await publish(database, number)
    async with database.reading() as session:
        assert len(await entries_after(session, 0)) == 1


async def test_the_packs_first_content_leaves_the_companys_own_alone(database: Database) -> None:
    await publish(database, await draft(database, {"opens": 10, "closes": 17}))
    async with database.unit_of_work() as session:
        body = {"opens": 8, "closes": 17}
        await definitions.install(session, "opening", "office", body, by="pack")
        await definitions.install(session, "opening", "hall", body, by="pack")
    assert await in_force(database) == (1, Opening(opens=10, closes=17))
    async with database.reading() as session:
        assert await definitions.names(session, "opening") == ["hall", "office"]


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="already registered"):
        definitions.register(Kind("opening", Opening))


# --- at a time --------------------------------------------------------------------------------


async def publish_at(database: Database, number: int, at: datetime | None) -> None:
    async with database.unit_of_work() as session:
        await definitions.publish(session, "opening", "office", number, by="wang", at=at)


async def stamp(database: Database) -> str:
    async with database.reading() as session:
        return await definitions.stamp(session)


async def test_a_version_published_for_tomorrow_counts_from_tomorrow_on(
    database: Database, clock: StandingClock
) -> None:
    await publish(database, await draft(database, {"opens": 8, "closes": 17}))
    before = await stamp(database)
    later = clock.at + timedelta(days=1)
    await publish_at(database, await draft(database, {"opens": 9, "closes": 18}), later)
    assert (await in_force(database))[0] == 1
    assert await stamp(database) == before
    clock.set(later)
    assert (await in_force(database))[0] == 2
    assert await stamp(database) != before
    async with database.reading() as session:
        history = await definitions.history(session, "opening", "office")
    assert definitions.in_force(history, later - timedelta(seconds=1)) == history[1]
    assert definitions.in_force(history, later) == history[0]


async def test_what_only_waits_is_not_listed_as_in_force(
    database: Database, clock: StandingClock
) -> None:
    number = await draft(database, {"opens": 8, "closes": 17})
    await publish_at(database, number, clock.at + timedelta(hours=1))
    async with database.reading() as session:
        assert await definitions.names(session, "opening") == []
    clock.forward(hours=1)
    async with database.reading() as session:
        assert await definitions.names(session, "opening") == ["office"]


async def test_a_waiting_version_can_be_withdrawn_and_one_in_force_cannot(
    database: Database, clock: StandingClock
) -> None:
    number = await draft(database, {"opens": 8, "closes": 17})
    await publish_at(database, number, clock.at + timedelta(hours=1))
    async with database.unit_of_work() as session:
        await definitions.withdraw(session, "opening", "office", number, by="zhao")
    clock.forward(hours=2)
    with pytest.raises(NotFound):
        await in_force(database)
    async with database.reading() as session:
        kinds = [entry.event.kind for entry in await entries_after(session, 0)]
    assert kinds == ["definition.published", "definition.withdrawn"]
    await publish(database, number)
    with pytest.raises(AlreadyInForce):
        async with database.unit_of_work() as session:
            await definitions.withdraw(session, "opening", "office", number, by="zhao")
    assert (await in_force(database))[0] == number


@pytest.mark.parametrize("days", [-1, 400])
async def test_a_moment_that_has_passed_or_is_years_away_is_refused(
    database: Database, clock: StandingClock, days: int
) -> None:
    number = await draft(database, {"opens": 8, "closes": 17})
    with pytest.raises(WrongMoment):
        await publish_at(database, number, clock.at + timedelta(days=days))
    with pytest.raises(NotFound):
        await in_force(database, at=clock.at + timedelta(days=500))


async def test_who_wrote_over_an_older_version_is_told_whose_came_first(
    database: Database,
) -> None:
    async def keep(author: str, opens: int) -> int:
        async with database.unit_of_work() as session:
            body = {"opens": opens, "closes": 17}
            made = await definitions.draft(
                session, "opening", "office", body, author=author, after=1
            )
            return made.version

    assert await draft(database, {"opens": 8, "closes": 17}) == 1
    assert await keep("li", 9) == 2
    with pytest.raises(EditedMeanwhile) as refused:
        await keep("wang", 10)
    assert refused.value.values["author"] == "li"
    assert refused.value.values["number"] == 2
    async with database.reading() as session:
        assert len(await definitions.history(session, "opening", "office")) == 2


async def test_rules_are_the_companys_own_or_those_of_the_file_or_what_holds_otherwise(
    database: Database, tmp_path: Path
) -> None:
    kind, house = Kind("opening", Opening, _check), Opening(opens=9, closes=12)
    file = tmp_path / "opening.yaml"
    file.write_text("{opens: 8, closes: 17}", "utf-8")
    async with database.unit_of_work() as session:
        with pytest.raises(NotFound):
            await definitions.rules(session, kind)
        assert await definitions.rules(session, kind, house) == house
        await definitions.install_file(session, "opening", file)
        assert await definitions.rules(session, kind, house) == Opening(opens=8, closes=17)
        own = {"opens": 7, "closes": 20}
        made = await definitions.draft(session, "opening", definitions.COMPANY, own, author="li")
        await definitions.publish(session, "opening", "company", made.version, by="wang")
        await definitions.install_file(session, "opening", file)
        assert await definitions.rules(session, kind) == Opening(opens=7, closes=20)


async def test_a_reading_asks_once_and_a_unit_of_work_sees_what_it_changes(
    database: Database, clock: StandingClock
) -> None:
    await publish(database, await draft(database, {"opens": 8, "closes": 18}))
    asked: list[str] = []
    note = partial(_note, asked)
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.reading() as session:
        for _time in range(3):
            found = await definitions.current(session, "opening", "office")
            assert found.body == Opening(opens=8, closes=18)
            assert (await definitions.version(session, "opening", "office", 1)).version == 1
        clock.forward(seconds=1)
        await definitions.current(session, "opening", "office")
    assert len(asked) == 3
    later = await draft(database, {"opens": 9, "closes": 17})
    async with database.unit_of_work() as session:
        before = await definitions.current(session, "opening", "office")
        await definitions.publish(session, "opening", "office", later, by="wang")
        after = await definitions.current(session, "opening", "office")
    assert (before.version, after.version) == (1, 2)


def _note(
    asked: list[str], _connection: object, _cursor: object, statement: str, *_more: object
) -> None:
    if "FROM definition_version" in statement:
        asked.append(statement)
