"""What waiting callers hear of their wait follows the queue."""

from datetime import timedelta
from typing import Any

import pytest

from agi.waits import Waits, variants
from crm.interactions.models import QueueVisit
from dialplan.contract import WAITS_SPOKEN
from dialplan.render import DIALPLAN
from mainline.asterisk.ami import AmiRefused
from mainline.asterisk.snapshots import Member, Queues, Waiting
from mainline.clock import now
from mainline.db import Database
from tests.agi.test_callbacks import caller, member
from tests.support.clock import StandingClock

BUSY: dict[str, Any] = {"status": 2}


def queues(*waiting: Waiting, members: tuple[Member, ...] = (member(**BUSY),)) -> Queues:
    return Queues(frozenset({"service"}), members, waiting)


class Board:
    def __init__(self, found: Queues) -> None:
        self.found = found
        self.languages = {one.channel: "zh" for one in found.waiting}
        self.asked = 0

    async def queues(self) -> Queues:
        return self.found

    async def language(self, channel: str) -> str:
        self.asked += 1
        if channel not in self.languages:
            raise AmiRefused("no such channel")
        return self.languages[channel]

    async def set_language(self, channel: str, language: str) -> None:
        self.languages[channel] = language


def test_each_place_has_its_own_wait() -> None:
    found = variants(queues(caller(1), caller(2), caller(9)), {"service": 90.0})
    assert list(found.values()) == ["w2", "w3", "w11"]
    assert set(found.values()) <= set(WAITS_SPOKEN)


@pytest.mark.parametrize(
    ("members", "pace"),
    [((), 90.0), ((member(paused=True),), 90.0), ((member(),), 90.0), ((member(**BUSY),), None)],
)
def test_nothing_is_said_where_nobody_can_tell(
    members: tuple[Member, ...], pace: float | None
) -> None:
    assert list(variants(queues(caller(), members=members), {"service": pace}).values()) == [""]


def test_every_wait_has_its_sound() -> None:
    text = (DIALPLAN / "prompts.yaml").read_text("utf-8")
    assert [f"ml/queue-patience-{wait}:" in text for wait in WAITS_SPOKEN] == [True] * 12


async def moves_each_minute(database: Database) -> None:
    async with database.unit_of_work() as session:
        for number in range(6):
            left = now() - timedelta(seconds=60 * number)
            entered = left - timedelta(seconds=200)
            row = QueueVisit(call_id=f"ml-1.{number}", seq=0, queue="service", entered_at=entered)
            row.left_at, row.how, row.wait_s = left, "answered", 200.0
            session.add(row)


async def test_what_callers_hear_follows_their_place_and_is_said_once(
    database: Database, clock: StandingClock
) -> None:
    await moves_each_minute(database)
    board = Board(queues(caller(1), caller(2)))
    board.languages["PJSIP/trunk-2"] = "en"
    waits = Waits(database, board)
    await waits.step()
    assert board.languages == {"PJSIP/trunk-1": "zh_w1", "PJSIP/trunk-2": "en_w2"}
    await waits.step()
    assert board.asked == 2
    board.found = queues(caller(2), members=())
    clock.forward(seconds=10)
    await waits.step()
    assert board.languages["PJSIP/trunk-2"] == "en"


async def test_plain_dialplan_keeps_its_own_words_and_who_has_gone_disturbs_nobody(
    database: Database, clock: StandingClock
) -> None:
    assert clock.at
    await moves_each_minute(database)
    board = Board(queues(caller(1), caller(2), caller(3)))
    board.languages["PJSIP/trunk-1"] = "zh_plain"
    del board.languages["PJSIP/trunk-2"]
    await Waits(database, board).step()
    assert board.languages == {"PJSIP/trunk-1": "zh_plain", "PJSIP/trunk-3": "zh_w3"}


async def test_a_new_worker_takes_back_an_estimate_that_nobody_stands_for(
    sqlite_database: Database,
) -> None:
    board = Board(queues(caller(1)))
    board.languages["PJSIP/trunk-1"] = "zh_w5"
    await Waits(sqlite_database, board).step()
    assert board.languages == {"PJSIP/trunk-1": "zh"}
