"""The month from the tables equals a count by hand, on both databases."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.catalog import service as catalog
from crm.catalog.kinds import QUEUES, WORK_ORDER_TYPES
from crm.interactions.models import QueueVisit
from crm.promises.models import Promise
from crm.standards import clocks, past
from crm.standards.api import lines
from crm.standards.kinds import FILE, STANDARDS
from crm.standards.report import month_of, report
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
HOWS = ("answered", "answered", "answered", "abandoned", "timeout", "callback", None)


@pytest.fixture
async def month(database: Database, settings: Settings, clock: StandingClock) -> Database:
    """Calls, orders and promises of October to December, at random but always the same."""
    clock.at = NOVEMBER - timedelta(days=200)
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await definitions.install_file(session, STANDARDS.name, settings.pack_dir / FILE)
    clock.at = datetime(2026, 12, 20, tzinfo=UTC)
    dice = Random(20261123)
    async with database.unit_of_work() as session:
        session.add_all([_visit(dice, n) for n in range(600)])
        session.add_all([_order(dice, n) for n in range(200)])
        session.add_all([_promise(dice, n) for n in range(60)])
    return database


def _moment(dice: Random) -> datetime:
    return NOVEMBER + timedelta(seconds=dice.uniform(-5, 35) * 86_400)


def _visit(dice: Random, number: int) -> QueueVisit:
    entered, how = _moment(dice), dice.choice(HOWS)
    wait_s = round(dice.uniform(0, 60), 1)
    left = entered + timedelta(seconds=wait_s) if how else None
    return QueueVisit(
        call_id=f"ml-{number}.1", seq=1, queue=dice.choice(["repair", "emergency"]),
        entered_at=entered, left_at=left, how=how, wait_s=wait_s if how else None,
    )  # fmt: skip


def _order(dice: Random, number: int) -> WorkOrder:
    opened = _moment(dice)
    done = opened + timedelta(hours=dice.uniform(0, 72)) if dice.random() < 0.8 else None
    return WorkOrder(
        number=f"20261101-{number:04}", key=f"k{number}", type_version=1, source="desk",
        type_code=dice.choice(["complaint", "no_heat", "leak"]), step="new", urgency="urgent",
        team="repair", owner="repair", overseer="leader", opened_at=opened,
        due_respond_at=opened + timedelta(hours=1), due_complete_at=opened + timedelta(hours=24),
        responded_at=done and opened + timedelta(minutes=30),
        arrived_at=done and opened + (done - opened) / 2, completed_at=done,
    )  # fmt: skip


def _promise(dice: Random, number: int) -> Promise:
    due = _moment(dice)
    return Promise(
        key=f"p{number}", what="call", source="agent", number="13800008000", owner="repair",
        due_at=due, state=dice.choice(["kept", "broken", "withdrawn", "open"]), made_by="8001",
        ended_at=due,
    )  # fmt: skip


async def everything(database: Database, table: type) -> list:  # type: ignore[type-arg]
    from sqlalchemy import select

    async with database.reading() as session:
        return list(await session.scalars(select(table)))


def november(moment: datetime) -> bool:
    return moment.astimezone(ZONE).strftime("%Y-%m") == "2026-11"


async def test_the_sums_are_those_of_a_count_by_hand(month: Database) -> None:
    async with month.reading() as session:
        found = await report(session, month_of("2026-11"), ZONE)
    rows = {f"{row.profile.code}/{row.standard.code}": row.result for row in found.rows}
    visits = [one for one in await everything(month, QueueVisit) if november(one.entered_at)]
    kept = missed = 0
    for one in visits:
        if one.how == "answered":
            kept, missed = (kept + 1, missed) if one.wait_s <= 20 else (kept, missed + 1)
        elif one.how == "timeout" or (one.how == "abandoned" and one.wait_s > 5):
            missed += 1
    answer = rows["company/answer"]
    assert answer is not None
    assert (answer.kept, answer.missed) == (kept, missed)
    assert answer.running == sum(one.how is None for one in visits)
    assert len(answer.misses) == missed
    waits = [one.wait_s for one in visits if one.how == "answered"]
    mean = rows["company/mean_answer"]
    assert mean is not None
    assert mean.value_s == pytest.approx(sum(waits) / len(waits))
    orders = [
        one for one in await everything(month, WorkOrder)
        if november(one.opened_at) and one.type_code == "complaint"
    ]  # fmt: skip
    late = {
        one.number for one in orders
        if one.completed_at is None or one.completed_at > one.opened_at + timedelta(hours=24)
    }  # fmt: skip
    complaint = rows["company/complaint"]
    assert complaint is not None
    assert {case.reference for case in complaint.misses} == late
    assert (complaint.number, complaint.kept) == (len(orders), len(orders) - len(late))
    cold = [
        one for one in await everything(month, WorkOrder)
        if november(one.opened_at) and one.type_code == "no_heat"
    ]  # fmt: skip
    there = rows["city/cold_arrive"]
    assert there is not None
    in_time = {
        one.number for one in cold
        if one.arrived_at is not None and one.arrived_at <= one.opened_at + timedelta(hours=6)
    }  # fmt: skip
    assert {case.reference for case in there.misses} == {one.number for one in cold} - in_time
    taken_on = rows["city/cold_respond"]
    assert taken_on is not None
    answered = {one.number for one in cold if one.responded_at is not None}
    assert (there.kept, taken_on.kept) == (len(in_time), len(answered))
    assert len(in_time) < len(answered) < len(cold)
    promises = [one.state for one in await everything(month, Promise) if november(one.due_at)]
    given = rows["company/promises"]
    assert given is not None
    assert (given.kept, given.missed, given.running) == tuple(
        promises.count(state) for state in ("kept", "broken", "open")
    )
    assert rows["heating_service/repair_respond"] is None
    assert found.version == 1


async def test_the_file_has_a_line_for_every_miss_with_its_times(month: Database) -> None:
    async with month.reading() as session:
        found = await report(session, month_of("2026-11"), ZONE)
    rows = list(csv.DictReader(StringIO("".join(lines(found, ZONE)))))
    sums = {f"{r['profile']}/{r['standard']}": int(r["missed"]) for r in rows if r["line"] == "sum"}
    misses = [f"{r['profile']}/{r['standard']}" for r in rows if r["line"] == "miss"]
    assert {code: misses.count(code) for code in sums} == sums
    assert [r["standard"] for r in rows if r["line"] == "to_fill"] == [
        "repair_respond", "repair_complete",
    ]  # fmt: skip
    one = next(r for r in rows if r["line"] == "miss" and r["standard"] == "complaint")
    began = datetime.fromisoformat(one["began_at"])
    assert datetime.fromisoformat(one["due_at"]) - began == timedelta(days=1)


async def test_calls_and_orders_carry_their_clocks(month: Database) -> None:
    [call] = [v for v in await everything(month, QueueVisit) if v.call_id == "ml-0.1"]
    orders = await everything(month, WorkOrder)
    cold = next(one for one in orders if one.type_code == "no_heat")
    async with month.reading() as session:
        mine = await clocks.of_call(session, "ml-0.1", ZONE)
        carried = await clocks.of_work_order(session, cold, ZONE)
        assert await clocks.of_call(session, "ml-none", ZONE) == []
    assert {one.case.began_at for one in mine} == {call.entered_at}
    codes = {one.standard.code for one in mine}
    assert {"answer", "connect", "abandon", "mean_answer"} <= codes
    assert ("emergency_answer" in codes) == (call.queue == "emergency")
    assert {one.standard.code for one in carried} == {
        "cold_respond", "cold_arrive", "cold_complete", "respond", "complete",
    }  # fmt: skip


async def test_a_month_is_judged_by_what_was_in_force_at_its_end(
    month: Database, clock: StandingClock
) -> None:
    async with month.unit_of_work() as session:
        body = (await definitions.current(session, STANDARDS.name, "company")).source
        company = next(each for each in body["profiles"] if each["code"] == "company")
        company["since"] = "2026-11-16"
        made = await definitions.draft(session, STANDARDS.name, "company", body, author="a")
        await definitions.publish(session, STANDARDS.name, "company", made.version, by="a")
    clock.forward(days=1)
    async with month.reading() as session:
        november_report = await report(session, month_of("2026-11"), ZONE)
        december = await report(session, month_of("2026-12"), ZONE)
        empty = await report(session, month_of("2010-01"), ZONE)
    assert (november_report.version, december.version) == (1, 2)
    assert [row.profile.code for row in empty.rows] == []


async def test_the_report_is_for_leaders(as_role: AsRole) -> None:
    leader = as_role("leader")
    found = (await leader.get("/standards/report", params={"month": "2026-11"})).json()
    assert found["rows"] == []
    assert (await as_role("agent").get("/standards/report?month=2026-11")).status_code == 403
    assert (await leader.get("/standards/report", params={"month": "2026-13"})).status_code == 422
    file = await leader.get("/standards/report.csv", params={"month": "2026-11"})
    assert file.headers["content-disposition"] == 'attachment; filename="standards-2026-11.csv"'
    assert file.text.startswith("\ufeffline,profile,")


async def figures(database: Database, as_of: datetime | None = None) -> list[tuple[Any, ...]]:
    """Each promise with all that is told of it."""
    async with database.reading() as session:
        found = await report(session, month_of("2026-11"), ZONE, as_of)
    return [("at", found.at), ("version", found.version)] + [
        (row.standard.code, row.result.number, row.result.kept, row.result.missed,
         row.result.running, row.result.met, sorted(map(str, row.result.misses)))
        for row in found.rows if row.result is not None
    ]  # fmt: skip


async def test_the_month_as_of_a_past_moment_is_the_one_that_was_shown_then(
    month: Database, clock: StandingClock
) -> None:
    dice, then = Random(7), clock.at
    was = await figures(month)
    clock.forward(seconds=60)
    async with month.unit_of_work() as session:
        for number in range(1, 200, 3):
            order = await session.get_one(WorkOrder, number)
            order.responded_at = order.completed_at = clock.at
        for number in range(1, 60, 3):
            (await session.get_one(Promise, number)).state = "broken"
        for visit in await session.scalars(select(QueueVisit).where(QueueVisit.how.is_(None))):
            visit.left_at, visit.how, visit.wait_s = clock.at, "abandoned", 900.0
        late = _order(dice, 999)
        late.opened_at = NOVEMBER + timedelta(days=3)
        session.add(late)
    changed = await figures(month)
    assert await figures(month, then) == was
    assert [one for one in changed[2:] if one not in was] != []
    assert await figures(month, clock.at) == changed


async def change(database: Database, kind: str, edit: Callable[[Any], None]) -> None:
    """Publish another version of a definition."""
    async with database.unit_of_work() as session:
        body = (await definitions.current(session, kind, "company")).source
        edit(body)
        made = await definitions.draft(session, kind, "company", body, author="a")
        await definitions.publish(session, kind, "company", made.version, by="a")


def by_office_hours(body: Any) -> None:
    company = next(each for each in body["profiles"] if each["code"] == "company")
    one = next(each for each in company["standards"] if each["code"] == "complaint")
    one["calendar"], one["limit_s"] = "office", 8 * 3600


def saturdays_only(body: Any) -> None:
    shifts = [{"begins": "02:00", "ends": "10:00"}]
    body["calendars"]["office"]["week"] = [{"weekdays": [6], "shifts": shifts}]


async def test_the_month_as_of_a_past_moment_is_by_the_calendar_and_the_measure_of_then(
    month: Database, clock: StandingClock
) -> None:
    clock.at = NOVEMBER - timedelta(days=100)
    await change(month, STANDARDS.name, by_office_hours)
    clock.at = then = datetime(2026, 12, 20, tzinfo=UTC)
    was = await figures(month)
    clock.forward(seconds=60)
    await change(month, WORK_ORDER_TYPES.name, saturdays_only)
    await change(month, QUEUES.name, lambda body: body["measure"].update(short_abandons="count"))
    changed = await figures(month)
    assert await figures(month, then) == was
    assert await figures(month, clock.at) == changed
    otherwise = {
        one[0] for one, other in zip(was[1:], changed[1:], strict=True) if one[:4] != other[:4]
    }
    assert otherwise == {"answer", "connect", "abandon", "emergency_answer", "complaint"}


async def test_the_past_of_more_than_can_be_put_together_in_time_is_refused(
    month: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "ROWS_MAX", 50)
    with pytest.raises(past.TooMuchHappened) as refused:
        await figures(month, clock.at)
    assert (refused.value.code, refused.value.values["limit"]) == ("too-much-happened", 50)
