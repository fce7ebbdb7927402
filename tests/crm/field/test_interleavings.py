"""Several devices, a dispatcher, a bad network: nothing is lost, nothing done twice or over others.

Hypothesis makes up who acts when, what is lost on the way there or back, what comes twice or late.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.catalog import service as catalog
from crm.field.acting import ActIn, Seen
from crm.field.models import FieldAct
from crm.work_orders import flow, queries, service
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder
from mainline.db import Database
from mainline.errors import MainlineError
from tests.crm.conftest import MORNING
from tests.crm.field.conftest import Phone, furnish, opened, seen
from tests.support.clock import StandingClock

ACTIONS = (
    "arrive", "confirm", "measure", "complete", "give_back", "on_way", "pause", "resume", "filled",
)  # fmt: skip
THEIRS = ("reassign", "pause", "resume", "arrive", "complete", "close")
CHOICES = ("mine", "theirs", "mended")
ASKED = {"valve_sealed": "yes"}
"""What the second order's type asks for with its completion."""
DEVICES = st.integers(0, 2)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("act"), DEVICES, st.integers(0, 1), st.sampled_from(ACTIONS)),
        st.tuples(st.just("look"), DEVICES, st.integers(0, 1), st.just("")),
        st.tuples(st.just("choose"), DEVICES, st.integers(0, 1), st.sampled_from(CHOICES)),
        st.tuples(
            st.just("send"), DEVICES, st.integers(1, 4),
            st.sampled_from(("arrives", "lost", "no answer", "twice", "late")),
        ),
        st.tuples(st.just("dispatcher"), DEVICES, st.integers(0, 1), st.sampled_from(THEIRS)),
    ),
    min_size=4, max_size=24,
)  # fmt: skip
_RUNS = count(1)


@dataclass
class Device(Phone):
    """With what it believes of each order, what it has to send, and what is still on its way."""

    believes: dict[str, Seen] = field(default_factory=dict)
    queue: list[ActIn] = field(default_factory=list)
    late: list[list[ActIn]] = field(default_factory=list)

    def do(self, number: str, action: str) -> None:
        """Kept here first; the next act builds on it, as the page does."""
        before, fields = self.believes[number], ASKED if action == "filled" else {}
        action = "complete" if action == "filled" else action
        note = f"note {next(_RUNS)}"
        kind = "note" if action == "on_way" else "move"
        self.queue.append(self.act(number, action, before, kind=kind, note=note, fields=fields))
        self.believes[number] = after(before, action, self.worker)

    def choose(self, number: str, choice: str) -> None:
        fields = ASKED if choice == "mended" else {}
        choice = "mine" if choice == "mended" else choice
        seen_as = self.believes[number]
        self.queue.append(self.act(number, choice, seen_as, kind="choose", fields=fields))

    async def bring(self, batch: list[ActIn]) -> None:
        """It reaches the server, and the answer the device."""
        answered = {row.key for row in await self.send(*batch)}
        self.queue = [act for act in self.queue if act.key not in answered]


def after(before: Seen, action: str, worker: str) -> Seen:
    """As a page without a network would think."""
    steps = {"arrive": "on_site", "confirm": "confirmed", "complete": "done", "give_back": "new"}
    if action in {"pause", "resume"}:
        return before.model_copy(update={"paused": action == "pause"})
    if action not in steps or before.paused:
        return before
    owner = "repair" if action == "give_back" else before.owner
    owner = worker if action in {"arrive", "confirm"} else owner
    return Seen(step=steps[action], owner=owner)


class Play:
    """One made-up day."""

    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database, self.clock = database, clock
        run = next(_RUNS)
        workers = ("冯涛", "冯涛", "孙强")
        self.devices = [
            Device(database, worker, f"device-{run}-{index}", clock)
            for index, worker in enumerate(workers)
        ]
        self.orders: list[str] = []

    async def begin(self) -> None:
        second = await opened(self.database, to="孙强", type_code="valve_on")
        self.orders = [await opened(self.database), second]
        for device in self.devices:
            for number in self.orders:
                device.believes[number] = await seen(self.database, number)

    async def step(self, what: str, who: int, which: int, how: str) -> None:
        device = self.devices[who]
        match what:
            case "act":
                device.do(self.orders[which], how)
            case "choose":
                device.choose(self.orders[which], how)
            case "look" if not device.queue:
                number = self.orders[which]
                device.believes[number] = await seen(self.database, number)
            case "send":
                await self.network(device, device.queue[:which], how)
            case "dispatcher":
                await self.dispatch(self.orders[which], how, who)
        self.clock.forward(minutes=1)

    async def network(self, device: Device, batch: list[ActIn], how: str) -> None:
        if not batch or how == "lost":
            return
        if how == "late":
            device.late.append(batch)
        elif how == "no answer":
            await device.send(*batch)
        else:
            await device.bring(batch)
        if how == "twice":
            await device.send(*batch)

    async def dispatch(self, number: str, action: str, who: int) -> None:
        to = ("feng", "sun", "emergency")[who]
        try:
            async with self.database.unit_of_work() as session:
                await service.move(session, number, action, by="吴刚", note="why", to=to)
        except MainlineError:
            return

    async def end(self) -> None:
        """The network is back: everything is sent, what was under way arrives, choices are made."""
        for device in self.devices:
            while device.queue:
                await device.bring(device.queue[:5])
            for batch in device.late:
                await device.send(*batch)
        for device in self.devices:
            for number in self.orders:
                device.believes[number] = await seen(self.database, number)
                device.choose(number, "theirs")
                while device.queue:
                    await device.bring(device.queue)


async def verify(play: Play) -> None:
    """Each act has one fate, and what was done stands in the history exactly once."""
    made = {act.key: act for device in play.devices for act in device.made}
    async with play.database.reading() as session:
        rows = list(await session.scalars(select(FieldAct).where(FieldAct.key.in_(made))))
        assert Counter(row.key for row in rows) == Counter(made.keys())
        assert {row.outcome for row in rows} <= {"done", "refused", "dropped"}
        for number in play.orders:
            order = await service.by_number(session, number)
            moves = await queries.moves(session, order.id)
            mine = [row for row in rows if row.work_order_id == order.id and row.kind != "choose"]
            assert_told(mine, Counter(move.note for move in moves))
            assert_asked(order, mine)
            types = (await catalog.work_order_types(session, order.type_version)).body
            acts = [Act(one.action, one.by, one.target, one.note) for one in moves]
            standing = await service.standing_of(session, order, at=play.clock.at)
            assert flow.replay(types, order.type_code, acts) == standing.state


def assert_told(rows: list[FieldAct], notes: Counter[str]) -> None:
    """Notes are all different; a line that tells what was dropped may tell several."""
    for row in rows:
        alone = notes[str(row.body["note"])]
        within = sum(str(row.body["note"]) in line.split("；") for line in notes.elements())
        match row.outcome:
            case "done":
                assert (alone, within) == (1, 1), "done once"
                assert row.decided_at is not None or row.theirs == {}, "never over others"
            case "dropped":
                assert within == 1, "kept in the history, and not done"
            case _:
                assert within == 0, "refused: nothing happened"


def assert_asked(order: WorkOrder, rows: list[FieldAct]) -> None:
    """Nothing was completed out there without what its type asks for, and that is kept."""
    done = [row for row in rows if (row.action, row.outcome) == ("complete", "done")]
    if order.type_code == "valve_on":
        assert all(row.body["fields"] == ASKED for row in done)
        assert order.fields == ({"valve_sealed": True} if done else {})


@pytest.fixture
def made_up_day(database_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, StandingClock]:
    """A company on either database, without an event loop so far."""
    clock = StandingClock(MORNING)
    monkeypatch.setattr("mainline.clock.datetime", clock)
    monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")

    async def prepare() -> None:
        database = Database(database_url)
        await furnish(database)
        await database.dispose()

    asyncio.run(prepare())
    return database_url, clock


async def played(url: str, clock: StandingClock, events: list[Any]) -> None:
    database = Database(url)
    try:
        play = Play(database, clock)
        await play.begin()
        for event in events:
            await play.step(*event)
        await play.end()
        await verify(play)
    finally:
        await database.dispose()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=EVENTS)
def test_whatever_the_network_does_nothing_is_lost_doubled_or_done_over_others(
    made_up_day: tuple[str, StandingClock], events: list[Any]
) -> None:
    asyncio.run(played(*made_up_day, events))


async def test_the_same_batch_from_two_requests_at_once_is_done_once(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    batch = [
        phone.act(number, "arrive", await seen(crew, number)),
        phone.act(number, "complete", Seen(step="on_site", owner="冯涛"), note="ok"),
    ]
    answers = await asyncio.gather(*(phone.send(*batch) for _ in range(4)))
    assert all([row.key for row in rows] == [act.key for act in batch] for rows in answers)
    async with crew.reading() as session:
        order = await service.by_number(session, number)
        moves = await queries.moves(session, order.id)
    assert [move.action for move in moves] == ["open", "assign", "accept", "arrive", "complete"]
