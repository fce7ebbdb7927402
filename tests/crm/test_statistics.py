"""The figures are those of the orders: counted in one statement, and again one by one."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog import service as catalog
from crm.customers.models import Premise
from crm.statistics import api, queries, reading
from crm.statistics.figures import BY, COUNTS, By, Count, Figures
from crm.statistics.period import Period
from crm.statistics.queries import Asked
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid
from mainline.i18n import speaking
from tests.crm.town import place, premise
from tests.support.clock import StandingClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), SHANGHAI)
BRANCHES = ("heping", "tiexi", "")


def some_order(chance: random.Random, number: int) -> WorkOrder:
    """Any order that could be: done or not, late or not, paused, closed."""
    opened = datetime(2026, 10, 28, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 30))
    moments = [opened + timedelta(minutes=chance.randrange(9000)) for _ in range(4)]
    due = sorted(opened + timedelta(minutes=chance.randrange(1, 9000)) for _ in range(3))
    responded, arrived, done, closed = (
        moment if chance.random() < 0.6 else None for moment in sorted(moments)
    )
    return WorkOrder(
        number=f"{number:08d}-0001", key=str(number), source="desk", type_version=1,
        type_code=chance.choice(("leak", "no_heat", "complaint")), step="new",
        urgency=chance.choice(("emergency", "normal")),
        team=chance.choice(("repair", "emergency")),
        owner=chance.choice(("8001", "8002", "repair")),
        overseer="dispatcher", opened_at=opened, due_respond_at=due[0],
        due_arrive_at=chance.choice((due[1], None)), due_complete_at=due[2],
        responded_at=responded, arrived_at=arrived, completed_at=done, closed_at=closed,
        paused_at=chance.choice((None, None, opened)), premise_id=chance.choice((1, 2, 3, None)),
        fields=chance.choice(({}, {"cause": "pipe"}, {"cause": "valve", "x": 1})),
    )  # fmt: skip


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> tuple[Database, list[WorkOrder]]:
    """Three hundred orders of any kind; two of three places have a branch."""
    chance = random.Random(4)
    clock.set(NOW)
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        district = await place(session, "和平区")
        for code in BRANCHES:
            home = await premise(session, district, f"{code or 'nowhere'} 1")
            if code:
                area = ServiceArea(code=code, kind="branch", name_zh=f"{code}分", name_en=code)
                supply = ServiceArea(code=f"a-{code}", kind="supply", name_zh=code, name_en=code)
                session.add_all([area, supply])
                await session.flush()
                session.add_all(
                    AreaPremise(premise_id=home.id, area_id=each.id) for each in (area, supply)
                )
        orders = [some_order(chance, number) for number in range(300)]
        session.add_all(orders)
        assert await session.get(Premise, 3)
    return database, orders


ASKS: dict[Count, Callable[[WorkOrder], bool]] = {
    "opened": lambda one: True,
    "unfinished": lambda one: one.closed_at is None,
    "late": lambda one: (
        one.closed_at is None
        and one.completed_at is None
        and one.paused_at is None
        and one.due_complete_at < NOW
    ),
    "emergency": lambda one: one.closed_at is None and one.urgency == "emergency",
    "paused": lambda one: one.closed_at is None and one.paused_at is not None,
    "done": lambda one: one.completed_at is not None,
    "done_on_time": lambda one: bool(one.completed_at and one.completed_at <= one.due_complete_at),
    "answered": lambda one: one.responded_at is not None,
    "answered_on_time": lambda one: bool(
        one.responded_at and one.responded_at <= one.due_respond_at
    ),
    "arrived": lambda one: bool(one.arrived_at and one.due_arrive_at),
    "arrived_on_time": lambda one: bool(
        one.arrived_at and one.due_arrive_at and one.arrived_at <= one.due_arrive_at
    ),
    "closed": lambda one: one.closed_at is not None,
}
KEYS: dict[By, Callable[[WorkOrder], str]] = {
    "branch": lambda one: BRANCHES[one.premise_id - 1] if one.premise_id else "",
    "team": lambda one: one.team,
    "person": lambda one: one.owner,
    "type": lambda one: one.type_code,
    "cause": lambda one: one.fields.get("cause", ""),
    "time": lambda one: one.opened_at.astimezone(SHANGHAI).date().isoformat(),
}


def one_by_one(orders: list[WorkOrder], by: By) -> dict[str, Figures]:
    groups: dict[str, list[WorkOrder]] = defaultdict(list)
    for one in orders:
        if NOVEMBER.begins <= one.opened_at < NOVEMBER.ends:
            groups[KEYS[by](one)].append(one)
    return {
        key: Figures(key, **{name: sum(map(ASKS[name], mine)) for name in COUNTS})
        for key, mine in groups.items()
    }


async def test_every_figure_equals_the_orders_whatever_it_is_counted_by(
    town: tuple[Database, list[WorkOrder]],
) -> None:
    database, orders = town
    asked = Asked(NOVEMBER)
    async with database.reading() as session:
        whole = await queries.total(session, asked, at=NOW)
        for by in BY:
            found = await queries.grouped(session, asked, by, at=NOW)
            assert {one.key: one for one in found if one.opened} == one_by_one(orders, by)
            for name in COUNTS:
                assert sum(getattr(one, name) for one in found) == getattr(whole, name)
    assert whole.opened > 200
    assert all(getattr(whole, name) > 0 for name in COUNTS)


async def test_behind_every_figure_stand_exactly_its_orders(
    town: tuple[Database, list[WorkOrder]],
) -> None:
    database, orders = town
    asked = Asked(NOVEMBER, team="repair")
    mine = [one for one in orders if NOVEMBER.begins <= one.opened_at and one.team == "repair"]
    async with database.reading() as session:
        for by, key in (("branch", "tiexi"), ("cause", ""), ("person", "8001"), (None, "")):
            for what in COUNTS:
                found = await queries.orders_behind(
                    session, asked, by, key, what, at=NOW, limit=1000
                )
                wanted = {
                    one.number
                    for one in mine
                    if ASKS[what](one) and (by is None or KEYS[by](one) == key)
                }
                assert {one.number for one in found} == wanted


async def test_a_branch_and_a_type_can_be_looked_at_alone(
    town: tuple[Database, list[WorkOrder]],
) -> None:
    database, orders = town
    asked = Asked(NOVEMBER, branch="heping", type_code="leak")
    async with database.reading() as session:
        whole = await queries.total(session, asked, at=NOW)
    mine = [
        one
        for one in orders
        if NOVEMBER.begins <= one.opened_at and one.premise_id == 1 and one.type_code == "leak"
    ]
    assert whole.opened == len(mine) > 0


async def test_the_table_has_words_and_takes_no_name_for_a_formula(
    town: tuple[Database, list[WorkOrder]],
) -> None:
    database, _orders = town
    async with database.reading() as session:
        with speaking("zh_CN"):
            read = await reading.read(session, Asked(NOVEMBER))
            text = api.table("team", await api.told(session, read, "team"))
    head, *rows = text.strip().splitlines()
    assert head.startswith("\ufeff班组,期间开单,未完成,超期")
    assert {row.split(",")[0] for row in rows} == {"维修班", "抢修队"}
    assert "'=1+1" in api.table("person", [(Figures("=1+1", opened=1), "=1+1")])


def test_steps_of_time_are_days_then_weeks_then_months_and_never_too_many() -> None:
    def steps(first: date, last: date) -> list[date]:
        return list(Period(first, last, SHANGHAI).steps())

    assert steps(date(2026, 11, 1), date(2026, 11, 3)) == [date(2026, 11, n) for n in (1, 2, 3)]
    weeks = steps(date(2026, 1, 1), date(2026, 12, 31))
    assert weeks[:2] == [date(2026, 1, 1), date(2026, 1, 5)]
    assert len(weeks) == 53
    months = steps(date(2024, 11, 15), date(2026, 12, 31))
    assert months[:3] == [date(2024, 11, 15), date(2024, 12, 1), date(2025, 1, 1)]
    assert len(months) == 26


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 1, 2), date(2026, 1, 1)), (date(2020, 1, 1), date(2026, 1, 1))]
)
def test_a_period_has_a_beginning_before_its_end_and_is_not_endless(
    first: date, last: date
) -> None:
    with pytest.raises(Invalid):
        Period(first, last, SHANGHAI)


def test_a_rate_counts_what_is_late_as_not_in_time() -> None:
    assert Figures("x", done=8, done_on_time=6, late=2).on_time_percent == 60.0
    assert Figures("x").on_time_percent is None
