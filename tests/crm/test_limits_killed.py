"""A worker killed in the middle of its pass over the limits: nothing missed, nothing twice."""

import random
from datetime import UTC, datetime

import pytest

from mainline.db import Database
from tests.support import limits_pass

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ORDERS, KILLS, BATCH = 400, 3, 5
PASS_S = 0.4
"""The kills fall within so much time after the pass has begun; whenever that is, it holds."""


@pytest.mark.parametrize("seed", [1])
async def test_a_pass_killed_again_and_again_tells_of_every_limit_exactly_once(
    database: Database, seed: int
) -> None:
    expected = await limits_pass.fill(database, ORDERS, AT, seed)
    assert sum(codes.total() for codes in expected.values()) > ORDERS
    dice = random.Random(seed)
    limits_pass.killed_again_and_again(
        database.url, AT, dice, kills=KILLS, batch=BATCH, longest_s=PASS_S
    )
    assert await limits_pass.wrong(database, expected, AT) == limits_pass.Wrong()


async def test_what_is_missed_or_told_twice_would_be_seen(sqlite_database: Database) -> None:
    expected = await limits_pass.fill(sqlite_database, 40, AT, 2)
    nothing = await limits_pass.wrong(sqlite_database, expected, AT)
    assert nothing.missed == sum(codes.total() for codes in expected.values())
    assert len(nothing.elsewhere) > 2
    limits_pass.killed_again_and_again(
        sqlite_database.url, AT, random.Random(2), kills=0, batch=50, longest_s=0
    )
    assert await limits_pass.wrong(sqlite_database, expected, AT) == limits_pass.Wrong()
    less = {number: codes - codes for number, codes in expected.items()}
    twice = await limits_pass.wrong(sqlite_database, less, AT)
    assert (twice.missed, twice.twice) == (0, nothing.missed)
