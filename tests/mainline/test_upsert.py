"""Rows written whole: new ones stand beside those that were written over, on both databases."""

from sqlalchemy import select

from crm.interactions.models import CallTimeline
from mainline.db import Database, write_over


async def timelines(database: Database) -> dict[str, list[dict[str, object]]]:
    async with database.reading() as session:
        rows = await session.execute(select(CallTimeline.call_id, CallTimeline.facts))
        return {row.call_id: row.facts for row in rows}


def line(call_id: str, *kinds: str) -> dict[str, object]:
    return {"call_id": call_id, "facts": [{"kind": kind} for kind in kinds]}


async def test_what_is_there_is_written_over_and_the_rest_stays(database: Database) -> None:
    async with database.unit_of_work() as session:
        await write_over(session, CallTimeline, [line("1", "a"), line("2", "b")])
    async with database.unit_of_work() as session:
        await write_over(session, CallTimeline, [line("2", "b", "c"), line("3")])
        await write_over(session, CallTimeline, [])
    assert await timelines(database) == {
        "1": [{"kind": "a"}],
        "2": [{"kind": "b"}, {"kind": "c"}],
        "3": [],
    }
