"""The figures as of a past moment are those that were shown then."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.staff.models import User
from crm.statistics import past, reading
from crm.statistics.api import past_moment, told
from crm.statistics.figures import BY, COUNTS, Figures
from crm.statistics.queries import Asked
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid
from tests.crm.test_statistics import NOVEMBER, SHANGHAI, some_order, town
from tests.support.clock import StandingClock

__all__ = ["town"]
ALL = Asked(NOVEMBER)
SOME = Asked(NOVEMBER, branch="heping", team="repair")
Shown = dict[str, list[Figures]]


async def shown(database: Database, asked: Asked) -> tuple[Shown, Figures, list[list[str]]]:
    """All that the page shows."""
    async with database.reading() as session:
        read = await reading.read(session, asked)
        by_type = [await read.behind("type", "leak", what, limit=1000) for what in COUNTS]
        return (
            {by: await read.grouped(by) for by in BY},
            await read.total(),
            [[order.number for order in some] for some in by_type],
        )


async def change_much(database: Database) -> None:
    """Orders are done, given to others, closed, opened; a place comes to another branch."""
    async with database.unit_of_work() as session:
        for number in range(1, 300, 2):
            order = await session.get_one(WorkOrder, number)
            order.team, order.owner = "emergency", "8009"
            order.completed_at = order.closed_at = now()
            order.fields, order.urgency = {"cause": "frost"}, "emergency"
            order.due_complete_at += timedelta(days=9)
        for row in (AreaPremise(premise_id=3, area_id=1), AreaPremise(premise_id=2, area_id=1)):
            session.add(row)
        await session.delete(await session.get_one(AreaPremise, (1, 1)))
        late = some_order(random.Random(7), 999)
        late.opened_at = now() - timedelta(days=3)
        session.add(late)


async def test_the_figures_of_a_past_moment_are_those_that_were_shown_then(
    town: tuple[Database, list[WorkOrder]], clock: StandingClock
) -> None:
    database, then = town[0], now()
    was = [await shown(database, asked) for asked in (ALL, SOME)]
    clock.forward(seconds=60)
    await change_much(database)
    clock.forward(seconds=60)
    is_now = [await shown(database, asked) for asked in (ALL, SOME)]
    again = [await shown(database, replace(asked, as_of=then)) for asked in (ALL, SOME)]
    assert again == was
    assert was[0][1].opened > 200
    assert was[1][1].opened > 10
    assert all(before != after for before, after in zip(was, is_now, strict=True))
    assert [await shown(database, replace(one, as_of=now())) for one in (ALL, SOME)] == is_now


async def test_before_the_books_began_there_was_nothing(
    town: tuple[Database, list[WorkOrder]],
) -> None:
    asked = replace(ALL, as_of=now() - timedelta(seconds=1))
    groups, total, behind = await shown(town[0], asked)
    assert total == Figures("")
    assert groups["team"] == []
    assert behind == [[]] * len(COUNTS)


async def test_the_past_of_more_orders_than_can_be_put_together_in_time_is_refused(
    town: tuple[Database, list[WorkOrder]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "ORDERS_MAX", 100)
    async with town[0].reading() as session:
        with pytest.raises(past.TooManyOrders) as refused:
            await reading.read(session, replace(ALL, as_of=now()))
    assert (refused.value.code, refused.value.status) == ("too-many-orders", 422)
    assert refused.value.values["limit"] == 100


async def names(database: Database, as_of: datetime | None = None) -> dict[str, list[str]]:
    """What the groups are called."""
    asked, found = replace(ALL, as_of=as_of), {}
    async with database.reading() as session:
        read = await reading.read(session, asked)
        for by in BY:
            found[by] = sorted(label for _figures, label in await told(session, read, by))
    return found


async def rename_much(database: Database) -> None:
    """A person, a type, a team, a cause and a branch are called otherwise; another one left."""
    kind = WORK_ORDER_TYPES.name
    async with database.unit_of_work() as session:
        (await session.get_one(User, 1)).name = "王丽"
        await session.delete(await session.get_one(User, 2))
        for branch in await session.scalars(
            select(ServiceArea).where(ServiceArea.code == "heping")
        ):
            branch.name_zh = "和平"
        body = (await definitions.current(session, kind, "company")).source
        body["teams"]["repair"]["zh"] = "新班"
        next(one for one in body["types"] if one["code"] == "leak")["name"]["zh"] = "水"
        body["dictionaries"]["causes"][0]["label"]["zh"] = "管子"
        made = await definitions.draft(session, kind, "company", body, author="a")
        await definitions.publish(session, kind, "company", made.version, by="a")


async def test_at_a_past_moment_all_are_called_what_they_were_called_then(
    town: tuple[Database, list[WorkOrder]], clock: StandingClock
) -> None:
    database = town[0]
    async with database.unit_of_work() as session:
        for number, name in (("8001", "Wang"), ("8002", "Zhao")):
            session.add(User(login=name, name=name, password_hash="", roles=[],
                             agent_number=number))  # fmt: skip
    then = now()
    was = await names(database)
    clock.forward(seconds=60)
    await rename_much(database)
    clock.forward(seconds=60)
    is_now = await names(database)
    assert await names(database, then) == was
    assert await names(database, now()) == is_now
    assert {by: set(was[by]) - set(is_now[by]) for by in BY} == {
        "branch": {"heping分"}, "team": {"维修班"}, "person": {"Wang", "Zhao", "维修班"},
        "type": {"暖气漏水"}, "cause": {"管道损坏"}, "time": set(),
    }  # fmt: skip
    assert {by: set(is_now[by]) - set(was[by]) for by in BY} == {
        "branch": {"和平"}, "team": {"新班"}, "person": {"王丽", "8002", "新班"},
        "type": {"水"}, "cause": {"管子"}, "time": set(),
    }  # fmt: skip


def test_a_moment_is_by_the_companys_clock_and_not_to_come(clock: StandingClock) -> None:
    local = now().astimezone(SHANGHAI).replace(tzinfo=None)
    assert past_moment(local, SHANGHAI) == now() == past_moment(now(), SHANGHAI)
    for wrong in (now() + timedelta(seconds=1), local.replace(year=1), local.replace(year=9999)):
        with pytest.raises(Invalid):
            past_moment(wrong, SHANGHAI)
