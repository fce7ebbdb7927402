"""The search on both databases; what it means is told by test_pages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agentdesk.quality.search import Wanted, search
from crm.interactions.models import Interaction
from mainline.db import Database

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""Midnight in the company's zone."""


@pytest.fixture
async def calls(database: Database) -> Database:
    rows = [
        ("a", "13800008000", -1, "repair.leak"), ("b", "31234567", 0, None),
        ("c", "+8613800008000", 3600, "Repair.noise"),
    ]  # fmt: skip
    async with database.unit_of_work() as session:
        session.add_all(
            Interaction(id=name, ani=ani, began_at=START + timedelta(seconds=after),
                        outcome="answered", agent="8001", reason=reason, menu_path=[], keys=[],
                        flows=[])
            for name, ani, after, reason in rows
        )  # fmt: skip
    return database


async def found(database: Database, wanted: Wanted, **more: object) -> list[str]:
    async with database.reading() as session:
        rows = await search(session, wanted, zone=ZONE, area_code="024", **more)  # type: ignore[arg-type]
        return [row.id for row in rows]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), ["c", "b", "a"]),
        (Wanted(caller="13800008000"), ["c", "a"]),
        (Wanted(caller="024-31234567"), ["b"]),
        (Wanted(caller="8000"), ["c", "a"]),
        (Wanted(caller="00"), ["c", "a"]),
        (Wanted(caller="38000"), []),
        (Wanted(caller="_000"), []),
        (Wanted(reason="repair"), ["c", "a"]),
        (Wanted(reason="repair.l"), ["a"]),
        (Wanted(reason="%"), []),
        (Wanted(since=date(2026, 11, 23)), ["c", "b"]),
        (Wanted(until=date(2026, 11, 22)), ["a"]),
        (Wanted(agent="8001", outcome="answered"), ["c", "b", "a"]),
    ],
)
async def test_found_whatever_the_database(calls: Database, wanted: Wanted, ids: list[str]):
    assert await found(calls, wanted) == ids


async def test_pages_follow_one_another_whatever_the_database(calls: Database):
    first = await found(calls, Wanted(), limit=1)
    second = await found(calls, Wanted(), limit=1, after=(START + timedelta(seconds=3600), "c"))
    assert (first, second) == (["c"], ["b"])
