"""Asterisk goes by the queues' rules in force, without a restart and after one."""

from typing import Any

import pytest

from agi.queue_rules import QueueRules
from dialplan.queue_rules import MARK
from mainline import definitions
from mainline.asterisk.ami import AmiDown
from mainline.db import Database
from mainline.features import modules

LABEL = {"zh": "队列", "en": "Queue"}
TO_MESSAGE = {"when": "absence", "to": "message"}
LONG_LINE = {"when": "length", "at": 20, "to": "queue:service"}


class Board:
    """Asterisk's global variables."""

    def __init__(self) -> None:
        self.has: dict[str, str] = {}
        self.told: list[str] = []
        self.dead = False

    async def rule(self, name: str) -> str:
        if self.dead:
            raise AmiDown
        return self.has.get(name, "")

    async def set_rule(self, name: str, value: str) -> None:
        self.told.append(name)
        self.has[name] = value


async def publish(database: Database, *overflow: dict[str, Any], max_wait_s: int = 600) -> None:
    repair = {"name": "repair", "label": LABEL, "max_wait_s": max_wait_s, "overflow": [*overflow]}
    body = {"queues": [{"name": "service", "label": LABEL}, repair]}
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, "queues", "company", body, author="test")
        await definitions.publish(session, "queues", "company", made.version, by="test")


@pytest.fixture
async def board(database: Database) -> Board:
    list(modules("kinds"))
    await publish(database, TO_MESSAGE)
    return Board()


async def test_what_the_company_changes_is_told_once_and_the_mark_last(
    database: Database, board: Board
) -> None:
    rules = QueueRules(database, board)
    assert await rules.step()
    assert board.has["OVERFLOW_ABSENCE_repair"] == "message"
    assert board.told[-1] == MARK
    assert not await rules.step()
    await publish(database, LONG_LINE, max_wait_s=300)
    board.told.clear()
    assert await rules.step()
    names = ("WAIT_repair", "OVERFLOW_ABSENCE_repair", "OVERFLOW_LENGTH_repair")
    assert [board.has[name] for name in names] == ["300", "", "queue:service"]
    number, way = (board.told.index(f"OVERFLOW_LENGTH{at}_repair") for at in ("_AT", ""))
    assert number < way
    assert board.told[-1] == MARK
    assert not await rules.step()


async def test_an_asterisk_that_was_started_anew_is_told_again(
    database: Database, board: Board
) -> None:
    rules = QueueRules(database, board)
    await rules.step()
    board.has = {MARK: "0123456789ab"}
    assert await rules.step()
    assert board.has["OVERFLOW_ABSENCE_repair"] == "message"


async def test_what_broke_off_half_way_is_done_again(database: Database, board: Board) -> None:
    class Breaks(Board):
        async def set_rule(self, name: str, value: str) -> None:
            if len(self.told) == 2:
                raise AmiDown
            await super().set_rule(name, value)

    broken = Breaks()
    with pytest.raises(AmiDown):
        await QueueRules(database, broken).step()
    assert MARK not in broken.has
    board.has = broken.has
    assert await QueueRules(database, board).step()
    assert board.has["OVERFLOW_ABSENCE_repair"] == "message"


async def test_a_company_without_queues_of_its_own_is_told_nothing_of_and_nothing_fails(
    database: Database,
) -> None:
    list(modules("kinds"))
    board = Board()
    assert not await QueueRules(database, board).step()
    assert board.told == []
