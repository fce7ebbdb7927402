"""Asterisk goes by the queues' rules in force, without a restart and after one."""

from typing import Any

import pytest

from agi.queue_rules import QueueRules
from crm.surveys import service as surveys
from dialplan.queue_rules import FILE_MARK, MARK
from mainline import definitions
from mainline.asterisk.ami import AmiDown
from mainline.config import Settings
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
        self.reloads = 0

    async def rule(self, name: str) -> str:
        if self.dead:
            raise AmiDown
        return self.has.get(name, "")

    async def set_rule(self, name: str, value: str) -> None:
        self.told.append(name)
        self.has[name] = value

    async def reload_queues(self) -> None:
        self.told.append("reload")
        self.reloads += 1


async def publish(
    database: Database, *overflow: dict[str, Any], max_wait_s: int = 600, more: str = "service"
) -> None:
    repair = {"name": "repair", "label": LABEL, "max_wait_s": max_wait_s, "overflow": [*overflow]}
    others = [{"name": name, "label": LABEL} for name in sorted({"service", more})]
    body = {"queues": [*others, repair]}
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, "queues", "company", body, author="test")
        await definitions.publish(session, "queues", "company", made.version, by="test")


@pytest.fixture
async def board(database: Database, settings: Settings) -> Board:
    list(modules("kinds"))
    (settings.asterisk_dir / "etc").mkdir(parents=True)
    await publish(database, TO_MESSAGE)
    return Board()


async def test_whether_callers_may_be_asked_afterwards_is_told_for_each_queue(
    database: Database, board: Board, settings: Settings
) -> None:
    """Without a survey nobody is; the gateway decides about each caller of the queues it names."""
    rules = QueueRules(database, settings, board)
    await rules.step()
    assert (board.has["SURVEY_repair"], board.has["SURVEY_service"]) == ("0", "0")
    body = surveys.house() | {"queues": {"repair": 3}}
    async with database.unit_of_work() as session:
        made = await definitions.draft(session, "survey", "company", body, author="test")
        await definitions.publish(session, "survey", "company", made.version, by="test")
    assert await rules.step()
    assert (board.has["SURVEY_repair"], board.has["SURVEY_service"]) == ("", "0")
    assert not await rules.step()


async def test_what_the_company_changes_is_told_once_and_the_mark_last(
    database: Database, board: Board, settings: Settings
) -> None:
    rules = QueueRules(database, settings, board)
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
    database: Database, board: Board, settings: Settings
) -> None:
    rules = QueueRules(database, settings, board)
    await rules.step()
    board.has = {MARK: "0123456789ab"}
    assert await rules.step()
    assert board.has["OVERFLOW_ABSENCE_repair"] == "message"


async def test_a_new_queue_is_in_the_file_before_it_is_read_and_has_its_rules_after(
    database: Database, board: Board, settings: Settings
) -> None:
    rules = QueueRules(database, settings, board)
    await rules.step()
    await publish(database, max_wait_s=300, more="billing")
    board.told.clear()
    assert await rules.step()
    assert "[billing](ml-queue)" in (settings.asterisk_dir / "etc/queues.conf").read_text("utf-8")
    assert board.told[:2] == ["reload", FILE_MARK]
    assert board.has["WAIT_billing"] == "600"
    assert (await rules.step(), board.reloads) == (False, 2)


async def test_a_changed_rule_alone_has_no_queue_read_again(
    database: Database, board: Board, settings: Settings
) -> None:
    rules = QueueRules(database, settings, board)
    await rules.step()
    await publish(database, LONG_LINE)
    await rules.step()
    assert board.reloads == 1


async def test_what_broke_off_half_way_is_done_again(
    database: Database, board: Board, settings: Settings
) -> None:
    class Breaks(Board):
        async def set_rule(self, name: str, value: str) -> None:
            if len(self.told) == 2:
                raise AmiDown
            await super().set_rule(name, value)

    broken = Breaks()
    with pytest.raises(AmiDown):
        await QueueRules(database, settings, broken).step()
    assert MARK not in broken.has
    board.has = broken.has
    assert await QueueRules(database, settings, board).step()
    assert board.has["OVERFLOW_ABSENCE_repair"] == "message"


async def test_a_company_without_queues_of_its_own_is_told_nothing_of_and_nothing_fails(
    database: Database, settings: Settings
) -> None:
    list(modules("kinds"))
    board = Board()
    assert not await QueueRules(database, settings, board).step()
    assert board.told == []
