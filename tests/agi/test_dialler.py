"""The dialler asks Asterisk once for each attempt, after it is written down."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import select

from agi.dialler import Dialler
from crm.billing.models import Bill
from crm.campaigns import service
from crm.campaigns.models import CampaignTask, DialAttempt
from crm.campaigns.selection import Selection
from crm.catalog import service as catalog
from mainline.asterisk.ami import AmiDown, AmiRefused
from mainline.asterisk.snapshots import Channel
from mainline.config import Settings
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


@dataclass
class Board:
    """Takes down whom it is asked to call."""

    refusal: Exception | None = None
    dialled: list[tuple[str, str, str]] = field(default_factory=list)
    legs: list[Channel] = field(default_factory=list)
    made: int = 0

    def new_call_id(self) -> str:
        self.made += 1
        return f"ml-out.{self.made}"

    async def channels(self) -> list[Channel]:
        return self.legs

    async def dial(
        self, number: str, *, call_id: str, purpose: str, ring_s: int, detect: bool
    ) -> None:
        assert (ring_s, detect) == (30, False)
        self.dialled.append((number, call_id, purpose))
        if self.refusal:
            raise self.refusal


@pytest.fixture
async def due(database: Database, clock: StandingClock, settings: Settings) -> Database:
    """One person to be reminded."""
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        home = await premise(session, await place(session, "和平区", "南湖街"), "1号")
        await customer(session, "王芳", "13800008001", accounts={"100001": home})
        session.add(
            Bill(
                account_id=1, period="2025", issued_on=date(2025, 10, 1),
                due_on=date(2025, 12, 31), amount_fen=100,
            )
        )  # fmt: skip
        row = await service.create(
            session, name="c", selection=Selection(source="arrears"), by="leader"
        )
        await service.move(session, row.id, "start", by="leader", zone=settings.zone)
    return database


async def books(database: Database) -> tuple[str, list[str]]:
    async with database.reading() as session:
        task = (await session.scalars(select(CampaignTask))).one()
        attempts = await session.scalars(select(DialAttempt).order_by(DialAttempt.id))
        return task.state, [one.outcome for one in attempts]


def dialler(database: Database, board: Board, settings: Settings) -> Dialler:
    return Dialler(database, board, settings)  # type: ignore[arg-type]


async def test_a_call_is_placed_once_however_often_it_looks(
    due: Database, settings: Settings
) -> None:
    board = Board()
    job = dialler(due, board, settings)
    await job.step()
    await job.step()
    assert board.dialled == [("13800008001", "ml-out.1", "reminder")]
    assert await books(due) == ("dialling", [""])


async def test_a_worker_that_died_after_writing_does_not_ring_again_and_forgets_nobody(
    due: Database, settings: Settings, clock: StandingClock
) -> None:
    first = Board(refusal=AmiDown("killed here"))
    await dialler(due, first, settings).step()
    board = Board(made=10)
    job = dialler(due, board, settings)
    await job.step()
    assert board.dialled == []
    clock.forward(seconds=30)
    await job.step()
    assert await books(due) == ("waiting", ["unknown"])
    assert board.dialled == []
    clock.forward(minutes=61)
    await job.step()
    assert len(board.dialled) == 1


async def test_a_refused_call_is_an_attempt_that_failed(due: Database, settings: Settings) -> None:
    await dialler(due, Board(refusal=AmiRefused("no")), settings).step()
    assert await books(due) == ("waiting", ["failed"])


async def test_with_nothing_to_do_asterisk_is_not_asked(
    database: Database, settings: Settings, clock: StandingClock
) -> None:
    class Deaf(Board):
        async def channels(self) -> list[Channel]:
            raise AssertionError

    assert await dialler(database, Deaf(), settings).step() == []
