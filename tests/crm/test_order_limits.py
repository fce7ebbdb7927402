"""Limits warn, break and climb by themselves: none missed, none twice, whatever the clock does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from agi.chores import limits as chore
from crm.catalog import service as catalog
from crm.catalog.work_order_types import Rung
from crm.staff.service import add_user
from crm.work_orders import limiting, queries, service
from crm.work_orders.flow import Act, State, TooLate, replay
from crm.work_orders.handling import handle
from crm.work_orders.limits import Limits, Running, gauge, moments, resumed
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import entries_after
from tests.crm.test_calendars import CALENDARS, local
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """The heating catalog, and two people."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        for login, name, roles in (("field", "冯涛", ["field"]), ("anna", "安娜", ["agent"])):
            await add_user(session, login=login, name=name, password="secret-12", roles=roles)
    return database


async def opened(database: Database, key: str = "k", type_code: str = "leak") -> str:
    """A leak: answer in 30 minutes, done in 240, around the clock."""
    async with database.unit_of_work() as session:
        order = await service.open_work_order(
            session, type_code=type_code, key=key, by="8001", source="ivr", zone=ZONE
        )
        return order.number


async def act(database: Database, number: str, action: str, **more: str) -> WorkOrder:
    async with database.unit_of_work() as session:
        return await handle(session, number, action, entered_by="安娜", **more)


async def told(database: Database, number: str) -> list[tuple[str, str, int]]:
    async with database.reading() as session:
        order = await service.by_number(session, number)
        entries = await entries_after(session, 0, subject=f"work_order:{order.id}")
    facts = [one.event for one in entries if one.event.kind == "work_order.limit"]
    return [(fact.limit, fact.what, fact.level) for fact in facts]  # type: ignore[attr-defined]


async def stored(database: Database, number: str) -> WorkOrder:
    async with database.reading() as session:
        return await service.by_number(session, number)


EVERYTHING = [
    ("respond", "warn", 0),
    ("respond", "overdue", 0),
    ("respond", "escalate", 1),
    ("respond", "escalate", 2),
    ("complete", "warn", 0),
    ("complete", "overdue", 0),
    ("complete", "escalate", 1),
    ("respond", "escalate", 3),
    ("complete", "escalate", 2),
    ("complete", "escalate", 3),
]


async def test_limits_warn_before_they_break_and_climb_the_chain(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    assert (await stored(town, number)).next_limit_at == START + minutes(24)
    seen = []
    for at in (23, 24, 29, 30, 89, 90, 269, 270):
        clock.set(START + minutes(at))
        await chore(town)
        order = await stored(town, number)
        seen.append((at, len(await told(town, number)), order.overseer, order.escalation))
    assert seen == [
        (23, 0, "dispatcher", 0),
        (24, 1, "dispatcher", 0),
        (29, 1, "dispatcher", 0),
        (30, 3, "dispatcher", 1),
        (89, 3, "dispatcher", 1),
        (90, 4, "leader", 2),
        (269, 7, "leader", 2),
        (270, 8, "admin", 3),
    ]
    clock.set(START + timedelta(days=3))
    await chore(town)
    assert await told(town, number) == EVERYTHING
    assert (await stored(town, number)).next_limit_at is None
    assert (await stored(town, number)).overseer == "admin"


async def test_nothing_is_told_twice_when_the_clock_goes_back_or_the_worker_was_away(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    clock.forward(days=3)
    assert await limiting.run_out(town, clock.at) == 1
    once = await told(town, number)
    assert once == EVERYTHING
    clock.set(START)
    assert await limiting.run_out(town, clock.at) == 0
    clock.forward(days=9)
    assert await limiting.run_out(town, clock.at) == 0
    assert await told(town, number) == once


async def test_a_worker_that_dies_in_the_middle_has_told_nothing(
    town: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [await opened(town, key) for key in ("a", "b", "c")]
    clock.forward(days=3)

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(limiting, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(limiting, "append_all", killed)
        with pytest.raises(KeyboardInterrupt):
            await limiting.run_out(town, clock.at)
    assert [await told(town, number) for number in numbers] == [[], [], []]
    assert await limiting.run_out(town, clock.at) == 3
    assert [await told(town, number) for number in numbers] == [EVERYTHING] * 3


async def test_who_answers_in_time_is_not_warned_of_answering(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    await act(town, number, "assign", to="field")
    clock.forward(minutes=200)
    await chore(town)
    assert await told(town, number) == [("complete", "warn", 0)]
    for action in ("accept", "arrive", "complete"):
        await act(town, number, action, note="ok")
    clock.forward(days=2)
    await chore(town)
    assert await told(town, number) == [("complete", "warn", 0)]
    reopened = await act(town, number, "reopen", note="drips again")
    assert reopened.due_complete_at == clock.at + minutes(240)
    clock.forward(minutes=192)
    await chore(town)
    assert await told(town, number) == [("complete", "warn", 0), ("complete", "warn", 0)]


async def test_a_stopped_clock_tells_nothing_and_goes_on_with_what_was_left(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    clock.forward(minutes=10)
    paused = await act(town, number, "pause", note="nobody at home")
    assert (paused.pause_reason, paused.next_limit_at) == ("nobody at home", None)
    clock.forward(days=2)
    await chore(town)
    assert await told(town, number) == []
    again = await act(town, number, "resume")
    assert again.due_respond_at == clock.at + minutes(20)
    assert again.due_complete_at == clock.at + minutes(230)
    assert again.next_limit_at == clock.at + minutes(14)
    clock.forward(days=1)
    with pytest.raises(TooLate):
        await act(town, number, "pause", note="too late")


async def test_who_did_it_and_who_keyed_it_in_are_two_facts_and_history_makes_the_order_anew(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    await act(town, number, "assign", to="field")
    await act(town, number, "accept", on_behalf_of="field")
    await act(town, number, "reassign", to="repair", note="off duty")
    await act(town, number, "supervise")
    await act(town, number, "urge", note="where are they")
    await act(town, number, "pause", note="waits for parts")
    order = await stored(town, number)
    assert (order.step, order.owner, order.overseer, order.team) == (
        *("accepted", "repair", "安娜", "repair"),
    )
    async with town.reading() as session:
        lines = await queries.moves(session, order.id)
        types = (await catalog.work_order_types(session)).body
        entries = await entries_after(session, 0, subject=f"work_order:{order.id}")
    accepted = next(line for line in lines if line.action == "accept")
    assert (accepted.by, accepted.entered_by) == ("冯涛", "安娜")
    assert [line.entered_by for line in lines if line is not accepted] == [""] * 6
    facts = [entry.event.model_dump() for entry in entries]
    assert [(fact["by"], fact.get("entered_by")) for fact in facts if fact.get("action")][:2] == [
        *(("安娜", ""), ("冯涛", "安娜")),
    ]
    history = [Act(one.action, one.by, one.target, one.note, one.entered_by) for one in lines]
    assert replay(types, "leak", history) == State(
        "accepted", "repair", "安娜", "repair", paused=True
    )


async def test_orders_from_before_are_looked_at_once_and_then_know_their_time(
    town: Database, clock: StandingClock
) -> None:
    number = await opened(town)
    async with town.unit_of_work() as session:
        await session.execute(update(WorkOrder).values(next_limit_at=clock.at))
    await chore(town)
    assert await told(town, number) == []
    assert (await stored(town, number)).next_limit_at == START + minutes(24)


@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.integers(-400, 600), min_size=1, max_size=12))
async def test_whatever_the_clock_does_each_limit_speaks_once(
    sqlite_database: Database, steps: list[int]
) -> None:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        order = await service.open_work_order(
            session, type_code="leak", key=f"k{steps}", by="x", source="ivr", zone=ZONE, at=START
        )
    at = START
    for step in steps:
        at += minutes(step)
        await limiting.run_out(sqlite_database, at)
    await limiting.run_out(sqlite_database, START + timedelta(days=9))
    assert sorted(await told(sqlite_database, order.number)) == sorted(EVERYTHING)


AMOUNTS = st.integers(1, 3 * 24 * 60)


@settings(deadline=None)
@given(CALENDARS, AMOUNTS, st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=4))
def test_a_pause_never_makes_a_limit_shorter_and_keeps_what_was_left(
    calendar: object, limit: int, pauses: list[tuple[int, int]]
) -> None:
    own = Limits(
        minutes(limit), minutes(limit), calendar, 80, (Rung(after_minutes=5, to="x"),), ZONE
    )  # type: ignore[arg-type]
    at = local("2026-11-20 09:00")
    due = own.add(at, minutes(limit))
    for runs, stands in pauses:
        paused_at = at + minutes(runs)
        at = paused_at + minutes(stands)
        before, left = due, own.measure(paused_at, due)
        due = resumed(own, due, paused_at, at)
        assert due >= before
        assert left == timedelta() or own.measure(at, due) == left
        assert resumed(own, due, at, at - minutes(stands)) == due
    ahead = moments(own, Running(due, due))
    assert [one.at for one in ahead] == sorted(one.at for one in ahead)
    assert {one.code for one in ahead} == {
        f"{which}:{what}" for which in ("respond", "complete") for what in ("warn", "overdue", "1")
    }
    gauged = gauge(own, Running(due, due), due)
    assert gauged is not None
    assert (gauged.left, gauged.used, gauged.late) == (timedelta(), minutes(limit), False)
