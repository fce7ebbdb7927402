"""Each minute the counters are proven, against the journal and against Asterisk."""

import asyncio

import pytest
from sqlalchemy import update

from agi.alarms import Alarms
from crm.alerts import queries
from crm.alerts.events import CountersDiffer
from crm.alerts.service import install as install_alerts
from crm.catalog import service as catalog
from crm.interactions.models import QueueVisit
from crm.interactions.subscribers import CONSUMERS
from mainline.asterisk.ami import AmiDown
from mainline.asterisk.snapshots import Channel, Queues, Waiting
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all, consume, entries_after
from mainline.journal.call_events import QueueEntered
from tests.support.clock import StandingClock


class Board:
    """Asterisk's queues: who waits there."""

    def __init__(self) -> None:
        self.waiting: tuple[Waiting, ...] = ()
        self.legs: tuple[Channel, ...] = ()
        self.down = False

    async def queues(self) -> Queues:
        if self.down:
            raise AmiDown
        return Queues(frozenset(), (), self.waiting)

    async def channels(self) -> tuple[Channel, ...]:
        return self.legs


class Scene:
    """A caller waits in ``repair``; a worker watches."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.board = database, Board()
        self.watch = Alarms(database, settings, self.board)  # type: ignore[arg-type]
        self.board.waiting = (Waiting("repair", "PJSIP/trunk-00000001", "ml-1.1", 1, 5, 0),)

    async def proves(self) -> frozenset[str]:
        return await self.watch.prove(asyncio.Event())

    async def shows(self, how: str | None) -> None:
        async with self.database.unit_of_work() as session:
            await session.execute(update(QueueVisit).values(how=how))

    async def told(self) -> list[CountersDiffer]:
        async with self.database.reading() as session:
            events = [entry.event for entry in await entries_after(session, 0)]
        return [event for event in events if isinstance(event, CountersDiffer)]

    async def alerts(self) -> list[tuple[str, str]]:
        async with self.database.reading() as session:
            return [(row.measure, row.subject) for row in await queries.standing(session)]


@pytest.fixture
async def scene(
    clock: StandingClock,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Scene:
    monkeypatch.setattr("agi.alarms.SETTLE_S", 0.0)
    settings.recordings_store.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("agi.alarms.free_share", lambda _folder: 0.5)
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await install_alerts(session, settings.pack_dir)
        entered = QueueEntered(subject="call:ml-1.1", at=clock.at, queue="repair")
        await append_all(session, [entered])
    for name, handlers in CONSUMERS.items():
        await consume(database, consumer=name, handlers=handlers)
    return Scene(database, settings)


async def test_counters_that_agree_raise_nothing(scene: Scene):
    assert await scene.proves() == frozenset()
    assert await scene.watch.look() == 0
    assert await scene.told() == []


async def test_a_board_that_shows_something_else_is_told_once_and_alerted_until_it_agrees(
    scene: Scene,
):
    await scene.shows("answered")
    scene.board.waiting = ()
    assert await scene.proves() == {"repair"}
    assert await scene.proves() == {"repair"}
    (fact,) = await scene.told()
    assert (fact.subject, fact.shown, fact.counted, fact.source) == (
        "queue:repair", {"answered": 1}, {"waiting": 1}, "journal",
    )  # fmt: skip
    await scene.watch.look()
    assert await scene.alerts() == [("counters", "queue:repair")]
    await scene.shows(None)
    scene.board.waiting = (Waiting("repair", "PJSIP/trunk-00000001", "ml-1.1", 1, 5, 0),)
    assert await scene.proves() == frozenset()
    await scene.watch.look()
    assert await scene.alerts() == []


async def test_a_ghost_in_the_books_is_found_by_asking_asterisk(scene: Scene):
    scene.board.waiting = ()
    assert await scene.proves() == {"repair"}
    (fact,) = await scene.told()
    assert (fact.shown, fact.counted, fact.source) == (
        {"waiting": 1}, {"waiting": 0}, "asterisk",
    )  # fmt: skip


def leg(context: str, application: str, name: str = "PJSIP/trunk-00000001") -> Channel:
    return Channel(name, "ml-1.1", "ml-1.1", context, "s", application, 40, "")


@pytest.mark.parametrize(
    ("context", "application"),
    [
        ("ml-choice", "AGI"),
        ("ml-sticky", "Dial"),
        ("ml-ring-agent", "Dial"),
        ("ml-queue", "Playback"),
    ],
)
async def test_who_is_asked_or_led_to_one_telephone_meanwhile_waits_in_both_books(
    scene: Scene, context: str, application: str
):
    scene.board.waiting, scene.board.legs = (), (leg(context, application),)
    assert await scene.proves() == frozenset()
    assert await scene.told() == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        leg("ml-after", "Playback"),  # talked already
        leg("ml-queue", "Queue"),  # app_queue knows who is in it
        leg("ml-choice", "AGI", "PJSIP/agent-8001-00000001"),  # not the caller
    ],
)
async def test_a_visit_whose_caller_is_elsewhere_is_a_ghost(scene: Scene, elsewhere: Channel):
    scene.board.waiting, scene.board.legs = (), (elsewhere,)
    assert await scene.proves() == {"repair"}


async def test_who_came_a_moment_ago_is_no_difference(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    answers = iter([(), scene.board.waiting])

    async def settling() -> Queues:
        return Queues(frozenset(), (), next(answers))

    monkeypatch.setattr(scene.board, "queues", settling)
    assert await scene.proves() == frozenset()
    assert await scene.told() == []


async def test_with_asterisk_away_the_journal_is_still_compared(scene: Scene):
    scene.board.down = True
    assert await scene.proves() == frozenset()
    await scene.shows("answered")
    assert await scene.proves() == {"repair"}
