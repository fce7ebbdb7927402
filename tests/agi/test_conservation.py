"""Nobody is lost or counted twice: at any minute, across midnight, whatever dies or comes twice.

Ten thousand calls go through the real mapping and the real rules in memory. A smaller night (all
ten thousand with ``MAINLINE_TEST_CALLS=10000``, see ``make conservation``) goes through Asterisk's
file, follower, journal, readers and database, with a worker that is killed in the middle.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agi.facts import follower as following
from agi.facts.changes import close
from agi.facts.follower import Follower
from agi.facts.mapping import begins, facts
from agi.facts.records import parse
from agi.facts.state import CallState
from crm.interactions.board import day_of
from crm.interactions.facts import Fact, event_of, in_order, plain, with_fact
from crm.interactions.ledger import Ledger
from crm.interactions.metrics import CLASSES, Figures
from crm.interactions.models import QueueVisit
from crm.interactions.queries import queue_figures
from crm.interactions.recount import recount
from crm.interactions.subscribers import CONSUMERS as CALLS
from crm.interactions.visits import Visit, visits
from crm.staff.models import AgentStint
from crm.staff.subscribers import CONSUMERS as FLOOR
from mainline.db import Database
from mainline.journal import Event, Handler, append_all, consume
from mainline.journal.call_events import QueueEntered, QueueLeft
from tests.agi.generated import UTC_BEFORE_MIDNIGHT, Night, TrueVisit
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
SEED = 20261123
MANY = 10_000
CALLS_STORED = int(os.environ.get("MAINLINE_TEST_CALLS", "150"))
HOURS = 4.0
Counts = Counter[tuple[str, str]]


class Killed(Exception):
    """The worker died here."""


# --- the truth --------------------------------------------------------------------------------


def truth(stays: Sequence[TrueVisit], until: Iterator[float]) -> Iterator[tuple[float, Counts]]:
    """At each of these moments: how many of each queue had become what."""
    changes = sorted(
        [(one.entered_at, one.queue, "", "waiting") for one in stays]
        + [(one.left_at, one.queue, "waiting", str(CLASSES[one.how])) for one in stays]
    )
    counts: Counts = Counter()
    place = 0
    for moment in until:
        while place < len(changes) and changes[place][0] <= moment:
            _at, queue, before, after = changes[place]
            counts[queue, before] -= bool(before)
            counts[queue, after] += 1
            place += 1
        yield moment, +counts


def minutes(night: Night, step_s: float = 60.0) -> Iterator[float]:
    moment = 0.0
    while moment < night.ends_at:
        moment += step_s
        yield moment


# --- ten thousand in memory -------------------------------------------------------------------


class Memory:
    """What readers make of facts, call by call, without a database."""

    def __init__(self) -> None:
        self.states: dict[str, CallState] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.stays: dict[str, list[Visit]] = {}
        self.counts: Counts = Counter()

    def tell(self, line: str) -> list[Event]:
        row = parse(line.rstrip("\n").encode())
        assert row is not None
        if row.call_id not in self.states:
            assert begins(row)
            self.states[row.call_id] = CallState(row.call_id, row.at)
        return facts(self.states[row.call_id], row)

    def take_in(self, event: Event) -> None:
        call = event.subject
        known = with_fact(self.facts.get(call, []), plain(event))
        if known is None:
            return
        self.facts[call] = known
        self.counts.subtract(_classes(self.stays.get(call, [])))
        self.stays[call] = visits(in_order([event_of(fact, call) for fact in known]))
        self.counts.update(_classes(self.stays[call]))


def _classes(stays: Sequence[Visit]) -> list[tuple[str, str]]:
    return [(visit.queue, CLASSES[visit.how]) for visit in stays]


def _disordered(chance: random.Random, told: list[Event], before: list[Event]) -> list[Event]:
    """In another order, and some of them, or of those before, once more."""
    again = [event for event in (*told, *before[-200:]) if chance.random() < 0.05]
    mixed = [*told, *again]
    chance.shuffle(mixed)
    return mixed


def test_ten_thousand_calls_balance_at_every_minute_in_any_order_and_across_midnight():
    night, chance, memory = (
        Night(SEED, MANY, UTC_BEFORE_MIDNIGHT, HOURS),
        random.Random(1),
        Memory(),
    )
    rows, told_before = iter([*night.rows, (float("inf"), "")]), list[Event]()
    at, line = next(rows)
    checked = 0
    for moment, counts in truth(night.visits, minutes(night)):
        told: list[Event] = []
        while at <= moment:
            told += memory.tell(line)
            at, line = next(rows)
        for event in _disordered(chance, told, told_before):
            memory.take_in(event)
        told_before = told
        assert +memory.counts == counts, f"minute {checked}"
        checked += 1
    assert len(memory.states) == MANY
    assert checked >= HOURS * 60
    _after_the_night(night, memory)


def _after_the_night(night: Night, memory: Memory) -> None:
    """Calls that Asterisk's death cut off are closed; then nobody waits, and each day adds up."""
    open_ = {call for call, state in memory.states.items() if not state.ended}
    assert open_ == night.killed
    for call in open_:
        for event in close(memory.states[call], memory.states[call].last_at):
            memory.take_in(event)
    assert memory.counts.total() == len(night.visits)
    assert not any(kind == "waiting" for _queue, kind in +memory.counts)
    midnight = day_of(night.moment(night.ends_at), ZONE)[0]
    assert night.began < midnight < night.moment(HOURS * 3600)
    found = [visit for stays in memory.stays.values() for visit in stays]
    today = Counter(v.queue for v in found if v.entered_at >= midnight)
    true_today = Counter(v.queue for v in night.visits if night.moment(v.entered_at) >= midnight)
    assert today == true_today
    assert min(today.total(), len(found) - today.total()) > MANY / 4


# --- through the database ---------------------------------------------------------------------


class Worker:
    """The worker's readers, killed and begun again as chance will have it."""

    def __init__(
        self, database: Database, folder: Path, chance: random.Random, patch: pytest.MonkeyPatch
    ) -> None:
        self._database, self._folder, self._chance = database, folder, chance
        self._before: list[Event] = []
        self.deaths = 0
        patch.setattr(following, "append_all", self._append)
        self.follower = Follower(database, folder)

    async def _append(self, session: AsyncSession, told: Sequence[Event]) -> None:
        """Facts reach the journal in another order, some twice, or not at all the first time."""
        await append_all(session, _disordered(self._chance, list(told), self._before))
        if self._chance.random() < 0.3:
            raise Killed
        self._before = list(told)

    async def follow(self) -> None:
        while True:
            try:
                await self.follower.catch_up()
            except Killed:
                self._dies()
            else:
                return

    async def close(self, lost: frozenset[str], asked_at: datetime) -> None:
        while self.follower.calls:
            with suppress(Killed):
                await self.follower.close_missing(lost, asked_at)

    async def read(self) -> None:
        for name, handlers in {**CALLS, **FLOOR}.items():
            done = False
            while not done:
                try:
                    limit = self._chance.choice((7, 20, 100))
                    mortal = self._mortal(handlers)
                    done = not await consume(
                        self._database, consumer=name, handlers=mortal, limit=limit
                    )
                except Killed:
                    self._dies()

    def _mortal(self, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
        """The same, but one in forty batches or so is torn off in the middle."""
        left = self._chance.randrange(1, 20) if self._chance.random() < 0.1 else None

        def guarded(handler: Handler) -> Handler:
            async def handle(session: AsyncSession, event: Event) -> None:
                nonlocal left
                await handler(session, event)
                left = None if left is None else left - 1
                if left == 0:
                    raise Killed

            return handle

        return {kind: guarded(handler) for kind, handler in handlers.items()}

    def _dies(self) -> None:
        self.deaths += 1
        self.follower = Follower(self._database, self._folder)


@pytest.fixture
async def played(
    database: Database, tmp_path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """A whole night in the books; checked at each look on the way."""
    night, chance = Night(SEED, CALLS_STORED, UTC_BEFORE_MIDNIGHT, HOURS), random.Random(2)
    folder = tmp_path / "cel"
    folder.mkdir()
    worker, ledger = Worker(database, folder, chance, monkeypatch), Ledger(ZONE)
    rows, floor = iter([*night.rows, (float("inf"), "")]), list(night.floor)
    at, line = next(rows)
    for moment, counts in truth(night.visits, minutes(night, 1200.0)):
        clock.set(night.moment(moment))
        with (folder / "mainline.csv").open("a") as file:
            while at <= moment:
                file.write(line)
                at, line = next(rows)
        said = [event for after, event in floor if after <= moment]
        floor = floor[len(said) :]
        async with database.unit_of_work() as session:
            await append_all(session, said)
        await worker.follow()
        await worker.read()
        await _agrees(database, night, counts, ledger)
    await worker.close(frozenset(night.killed), night.moment(night.ends_at + 60))
    await worker.read()
    assert worker.deaths > 5
    return database


async def _agrees(database: Database, night: Night, counts: Counts, ledger: Ledger) -> None:
    async with database.reading() as session:
        since = night.began - timedelta(days=1)
        shown = await queue_figures(session, since=since, until=since + timedelta(days=3))
        assert all(figures.balanced for figures in shown.values())
        assert _told(shown) == counts
        assert await ledger.differences(session) == []


def _told(shown: Mapping[str, Figures]) -> Counts:
    kinds = sorted(set(CLASSES.values()))
    return +Counter(
        {(queue, kind): getattr(f, kind) for queue, f in shown.items() for kind in kinds}
    )


async def test_a_night_of_deaths_repeats_and_disorder_is_shown_as_it_was(played: Database):
    for day in (UTC_BEFORE_MIDNIGHT, UTC_BEFORE_MIDNIGHT + timedelta(hours=4)):
        async with played.reading() as session:
            assert await recount(session, day, ZONE) == []
    await _tampered(played)


async def _tampered(database: Database) -> None:
    """The same comparison is not blind: one second more, one caller less, and it says so."""
    async with database.unit_of_work() as session:
        longer = AgentStint.ended_at.is_not(None) & (AgentStint.state == "talking")
        (stint,) = await session.scalars(_first(AgentStint, longer))
        stint.ended_at += timedelta(seconds=1)
        (visit,) = await session.scalars(_first(QueueVisit, QueueVisit.how == "answered"))
        await session.execute(
            update(QueueVisit)
            .where(QueueVisit.call_id == visit.call_id, QueueVisit.seq == visit.seq)
            .values(how="abandoned")
        )
    async with database.reading() as session:
        first, second = [
            await recount(session, UTC_BEFORE_MIDNIGHT + timedelta(hours=h), ZONE) for h in (0, 4)
        ]
    wrong = [*first, *second]
    assert any(f"agent {stint.agent}: talking" in words for words in wrong)
    assert any(words.startswith(f"queue {visit.queue}: shown") for words in wrong)
    assert any(words.startswith(f"queue {visit.queue}: half hour") for words in wrong)


def _first(table: Any, which: Any) -> Any:
    return select(table).where(which).limit(1)


async def test_the_ledger_tells_what_boards_show_wrongly(
    sqlite_database: Database, clock: StandingClock
):
    subject = "call:ml0123abcd-1.1"
    told = [
        QueueEntered(subject=subject, at=clock.at, queue="repair"),
        QueueLeft(
            subject=subject, at=clock.at + timedelta(seconds=9), queue="repair", how="abandoned"
        ),
    ]
    async with sqlite_database.unit_of_work() as session:
        await append_all(session, told)
    for name, handlers in CALLS.items():
        await consume(sqlite_database, consumer=name, handlers=handlers)
    ledger = Ledger(ZONE)
    async with sqlite_database.unit_of_work() as session:
        assert await ledger.differences(session) == []
        await session.execute(update(QueueVisit).values(how="answered"))
        (found,) = await ledger.differences(session)
    assert (found.queue, found.shown, found.counted) == (
        "repair",
        {"answered": 1},
        {"abandoned": 1},
    )
