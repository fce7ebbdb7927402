"""What the journal alone tells can be dropped and is built again, all of it."""

from types import ModuleType
from typing import Any, Final

from sqlalchemy import select, update

from crm.interactions.models import Interaction
from crm.interactions.rebuild import projections, rebuild
from crm.surveys.models import CallRating
from mainline import features
from mainline.db import Base, Database
from tests.crm.calls import answered_call, take_in
from tests.crm.test_surveys import asked, rated

ACTING: Final = {
    "crm.appointments",
    "crm.callbacks",
    "crm.campaigns",
    "crm.context",
    "crm.dispatch",
    "crm.life_cycle",
    "crm.linkage",
    "crm.messages",
    "crm.parking",
    "crm.promises",
    "crm.sense",
    "crm.work_orders",
    "recordings",
}
"""Features whose readers promise, order, call or keep files: read twice, they would do it twice."""


async def rows(database: Database, table: type[Base]) -> list[dict[str, Any]]:
    async with database.reading() as session:
        found = await session.execute(select(table.__table__))
        return [dict(one._mapping) for one in found]


def test_no_reader_of_the_journal_is_forgotten() -> None:
    readers = {feature_of(module) for module in features.modules("subscribers")}
    rebuilt = {feature_of(module) for module in projections()}
    assert rebuilt == {"crm.interactions", "crm.staff", "crm.surveys"}
    assert readers == rebuilt | ACTING


def feature_of(module: ModuleType) -> str:
    return module.__name__.removesuffix(".subscribers")


async def test_calls_and_ratings_are_what_they_were_before_somebody_meddled(
    database: Database,
) -> None:
    await take_in(database, *answered_call())
    await take_in(database, asked("ml-1.1"), rated("ml-1.1", 5), consumer="surveys")
    before = [await rows(database, table) for table in (Interaction, CallRating)]
    assert [one["score"] for one in before[1]] == [5.0]
    async with database.unit_of_work() as session:
        await session.execute(update(CallRating).values(score=1.0, low=True))
        await session.execute(update(Interaction).values(outcome="abandoned"))
    await rebuild(database)
    assert [await rows(database, table) for table in (Interaction, CallRating)] == before
