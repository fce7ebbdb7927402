"""What devices did is taken in once, in its turn, and never over somebody else's change."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.field import work
from crm.field.acting import Seen
from crm.field.events import FieldConflict, FieldDecided
from crm.field.models import FieldAct
from crm.field.sync import KeyReused, OtherDevice
from crm.work_orders import queries, service
from crm.work_orders.models import WorkOrder
from mainline.db import Database
from mainline.journal import entries_after
from tests.crm.field.conftest import Phone, opened, read, seen
from tests.support.clock import StandingClock


async def history(database: Database, number: str) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        order = await service.by_number(session, number)
        lines = await queries.moves(session, order.id)
        return [(line.action, line.by, line.note) for line in lines]


async def dispatcher(database: Database, number: str, action: str, **more: str) -> None:
    async with database.unit_of_work() as session:
        await service.move(session, number, action, by="吴刚", note="why", **more)


def outcomes(rows: list[FieldAct]) -> list[tuple[str, str]]:
    return [(row.outcome, row.code) for row in rows]


async def test_a_days_acts_are_done_in_their_order_at_the_time_they_were_done(
    crew: Database, phone: Phone, clock: StandingClock
) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    left_at = clock.at + timedelta(minutes=10)
    clock.forward(minutes=20)
    way = phone.act(number, "on_way", accepted, kind="note", at=left_at)
    arrive = phone.act(number, "arrive", accepted, at=clock.at)
    there = Seen(step="on_site", owner="冯涛")
    clock.forward(minutes=30)
    report = {
        "cause": "air_in_radiator", "result": "fixed", "checks": ["bled"],
        "measures": {"room_temperature": 16.5}, "materials": {"vent": 2},
    }  # fmt: skip
    done = phone.act(number, "complete", there, note="修好了", report=report)
    clock.forward(minutes=300)
    assert outcomes(await phone.send(way, arrive, done)) == [("done", "")] * 3
    order = await read(crew, number)
    assert (order.step, order.owner, order.completed_at) == ("done", "冯涛", done.at)
    lines = await history(crew, number)
    assert lines[-3:] == [
        ("on_way", "冯涛", ""),
        ("arrive", "冯涛", ""),
        ("complete", "冯涛", "修好了；暖气集气；已放气；室内温度 16.5℃；放气阀 ×2个；已修复"),
    ]


async def test_what_is_sent_again_is_answered_as_before_and_done_once(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    arrive = phone.act(number, "arrive", await seen(crew, number))
    first = await phone.send(arrive)
    for _ in range(3):
        assert [row.id for row in await phone.send(arrive)] == [first[0].id]
    assert [line[0] for line in await history(crew, number)].count("arrive") == 1


async def test_an_act_before_its_turn_waits_for_those_before_it(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    arrive = phone.act(number, "arrive", await seen(crew, number))
    complete = phone.act(number, "complete", Seen(step="on_site", owner="冯涛"), note="ok")
    assert await phone.send(complete) == []
    assert (await read(crew, number)).step == "accepted"
    assert outcomes(await phone.send(arrive, complete)) == [("done", "")] * 2


async def test_an_order_that_changed_meanwhile_is_left_alone_and_both_sides_are_told(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    await dispatcher(crew, number, "reassign", to="sun")
    arrive = phone.act(number, "arrive", accepted)
    done = phone.act(number, "complete", Seen(step="on_site", owner="冯涛"), note="ok")
    rows = await phone.send(arrive, done)
    assert outcomes(rows) == [("conflict", ""), ("conflict", "")]
    order = await read(crew, number)
    assert (order.step, order.owner) == ("accepted", "孙强")
    assert (rows[0].theirs["owner"], rows[0].theirs["closed"]) == ("孙强", False)
    assert [line["action"] for line in rows[0].theirs["lines"]][-1] == "reassign"
    async with crew.reading() as session:
        facts = [entry.event for entry in await entries_after(session, 0)]
        me = await work.worker(session, None, "冯涛")
        shown = {job.order.number: len(job.conflicts) for job in await work.jobs(session, me)}
    assert [fact.key for fact in facts if isinstance(fact, FieldConflict)] == [arrive.key, done.key]
    assert shown == {number: 2}, "shown to whoever did it, though it is another's now"


@pytest.mark.parametrize(
    ("choice", "outcome", "step", "owner"),
    [("mine", "done", "done", "冯涛"), ("theirs", "dropped", "accepted", "孙强")],
)
async def test_the_choice_does_all_of_it_after_all_or_leaves_all_of_it_in_the_history(
    crew: Database, phone: Phone, choice: str, outcome: str, step: str, owner: str
) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    await dispatcher(crew, number, "reassign", to="sun")
    arrive = phone.act(number, "arrive", accepted)
    complete = phone.act(number, "complete", Seen(step="on_site", owner="冯涛"), note="valve 7")
    await phone.send(arrive, complete)
    chosen = phone.act(number, choice, await seen(crew, number), kind="choose")
    for _ in range(2):
        assert outcomes(await phone.send(chosen)) == [("done", "")]
    order = await read(crew, number)
    assert (order.step, order.owner) == (step, owner)
    async with crew.reading() as session:
        rows = list(await session.scalars(select(FieldAct).order_by(FieldAct.id)))
        facts = [entry.event for entry in await entries_after(session, 0)]
    assert [row.outcome for row in rows] == [outcome, outcome, "done"]
    assert [fact.acts for fact in facts if isinstance(fact, FieldDecided)] == [2]
    told = [note for _action, _by, note in await history(crew, number) if "valve 7" in note]
    assert len(told) == 1


async def test_a_closed_order_stays_closed_whatever_is_chosen(crew: Database, phone: Phone) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    for action in ("arrive", "complete", "close"):
        await dispatcher(crew, number, action)
    await phone.send(phone.act(number, "arrive", accepted))
    closed = await seen(crew, number)
    (row,) = await phone.send(phone.act(number, "mine", closed, kind="choose"))
    assert (row.outcome, row.code) == ("refused", "step-refused")
    assert set(row.words) == {"zh_CN", "en"}
    (row,) = await phone.send(phone.act(number, "theirs", closed, kind="choose"))
    assert row.outcome == "done"
    assert (await read(crew, number)).step == "closed"


async def test_a_choice_made_over_an_older_picture_is_asked_again(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    await dispatcher(crew, number, "reassign", to="sun")
    await phone.send(phone.act(number, "arrive", accepted))
    between = await seen(crew, number)
    await dispatcher(crew, number, "pause")
    (row,) = await phone.send(phone.act(number, "mine", between, kind="choose"))
    assert (row.outcome, row.code) == ("refused", "changed-again")
    assert (await read(crew, number)).step == "accepted"


async def test_what_cannot_be_is_refused_with_words_and_the_next_act_goes_on(
    crew: Database, phone: Phone
) -> None:
    number = await opened(crew)
    accepted = await seen(crew, number)
    hot = {"measures": {"room_temperature": 600}}
    acts = [
        phone.act(number, "report", accepted, kind="note", report=hot),
        phone.act(number, "report", accepted, kind="note", report={"cause": "dug_up"}),
        phone.act(number, "complete", accepted, note="x"),
        phone.act(number, "reassign", accepted, note="x"),
        phone.act("20200101-0001", "arrive", accepted),
        phone.act(number, "arrive", accepted),
    ]
    assert outcomes(await phone.send(*acts)) == [
        ("refused", "report-refused"),
        ("refused", "report-refused"),
        ("refused", "step-refused"),
        ("refused", "step-refused"),
        ("refused", "no-order"),
        ("done", ""),
    ]
    assert [line[0] for line in await history(crew, number)] == [
        "open", "assign", "accept", "arrive"
    ]  # fmt: skip


async def test_a_device_is_one_persons_and_a_key_one_acts(crew: Database, phone: Phone) -> None:
    number = await opened(crew)
    arrive = phone.act(number, "arrive", await seen(crew, number))
    await phone.send(arrive)
    other = Phone(crew, "孙强", phone.code, phone.clock)
    with pytest.raises(OtherDevice):
        await other.send(arrive)
    second = Phone(crew, "冯涛", "device-feng-2", phone.clock)
    with pytest.raises(KeyReused):
        await second.send(arrive)


async def test_a_clock_that_is_wrong_never_puts_an_act_before_what_it_stands_on_or_in_the_future(
    crew: Database, phone: Phone, clock: StandingClock
) -> None:
    number = await opened(crew)
    since = clock.at
    clock.forward(minutes=5)
    early = phone.act(number, "arrive", await seen(crew, number), at=since - timedelta(days=400))
    late = phone.act(
        number, "complete", Seen(step="on_site", owner="冯涛"), note="ok",
        at=clock.at + timedelta(days=9),
    )  # fmt: skip
    await phone.send(early, late)
    async with crew.reading() as session:
        order = await session.scalar(select(WorkOrder).where(WorkOrder.number == number))
        assert order is not None
        moves = await queries.moves(session, order.id)
    assert [move.at for move in moves[-2:]] == [since, clock.at]
