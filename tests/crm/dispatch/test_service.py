"""Somebody is sent: by hand with the reasons, by the rule for emergencies, once and with a fact."""

from datetime import timedelta

import pytest

from crm.catalog import service as catalog
from crm.dispatch import service
from crm.dispatch.events import DispatchAssigned, DispatchNobody
from crm.dispatch.kinds import DISPATCH, FILE
from crm.dispatch.picture import board
from crm.field import kinds as field
from crm.field import positions
from crm.field.events import FieldConsent
from crm.field.positions import Fix, NotAgreed
from crm.staff.service import add_user
from crm.work_orders import queries
from crm.work_orders import service as orders
from crm.work_orders.flow import SomebodyNeeded
from mainline import definitions
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.journal import entries_after
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

HEAT = PROJECT / "packs" / "heat"
ZONE = Settings().zone


@pytest.fixture
async def crew(
    database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Two in the emergency crew, one in the repair team; it is Monday, ten o'clock."""
    monkeypatch.setattr("crm.staff.service.hashed", lambda _password: "x")
    async with database.unit_of_work() as session:
        await catalog.install(session, HEAT)
        await definitions.install_file(session, DISPATCH.name, HEAT / FILE)
        await definitions.install_file(session, field.FIELD.name, HEAT / field.FILE)
        node = await place(session, "浑南区", "河畔街")
        node.lon, node.lat = 123.42, 41.78
        await customer(
            session, "王芳", "13800008001",
            accounts={"100001": await premise(session, node, "河畔街 8-1-301")},
        )  # fmt: skip
        for login, name, team in (
            ("sun", "孙强", "emergency"), ("li", "李锋", "emergency"), ("feng", "冯涛", "repair")
        ):  # fmt: skip
            await add_user(
                session, login=login, name=name, password="x" * 12, roles=["field"], team=team,
                skills=["pipework"],
            )  # fmt: skip
    return database


async def opened(database: Database, type_code: str, key: str = "k") -> tuple[int, str]:
    async with database.unit_of_work() as session:
        order = await orders.open_work_order(
            session, type_code=type_code, key=key, by="ivr", source="ivr", account_id=1, zone=ZONE
        )
        return order.id, order.number


async def stands(database: Database, name: str, lon: float, clock: StandingClock) -> None:
    async with database.unit_of_work() as session:
        await positions.agree(session, name, agreed=True, at=clock.at - timedelta(hours=1))
        fix = Fix(clock.at, lon, 41.78)
        assert await positions.report(session, name, [fix], at=clock.at, zone=ZONE) == 1


async def facts(database: Database, kind: type) -> list[object]:
    async with database.reading() as session:
        found = [entry.event for entry in await entries_after(session, 0)]
    return [one for one in found if isinstance(one, kind)]


async def read(database: Database, number: str) -> tuple[str, str]:
    async with database.reading() as session:
        order = await orders.by_number(session, number)
        return order.step, order.owner


async def test_an_emergency_goes_to_the_nearest_of_its_crew_once_and_with_the_reasons(
    crew: Database, clock: StandingClock
) -> None:
    await stands(crew, "孙强", 123.50, clock)
    await stands(crew, "李锋", 123.43, clock)
    await stands(crew, "冯涛", 123.42, clock)
    order_id, number = await opened(crew, "burst")
    for _ in range(2):
        async with crew.unit_of_work() as session:
            await service.emergency(session, order_id, clock.at)
    assert await read(crew, number) == ("assigned", "李锋")
    (fact,) = await facts(crew, DispatchAssigned)
    assert isinstance(fact, DispatchAssigned)
    assert (fact.to, fact.by, fact.automatic) == ("李锋", "dispatch", True)
    assert fact.reasons == [
        "distance:0.8", "age:0", "load:0", "skill:pipework", "team", "on-shift"
    ]  # fmt: skip
    async with crew.reading() as session:
        moves = await queries.moves(session, order_id)
    assert [(move.action, move.by) for move in moves] == [("open", "ivr"), ("assign", "dispatch")]


async def test_an_emergency_at_night_is_left_to_its_team_and_that_is_told(
    crew: Database, clock: StandingClock
) -> None:
    clock.forward(hours=13)
    order_id, number = await opened(crew, "burst")
    async with crew.unit_of_work() as session:
        await service.emergency(session, order_id, clock.at)
    assert await read(crew, number) == ("new", "emergency")
    assert len(await facts(crew, DispatchNobody)) == 1
    assert await facts(crew, DispatchAssigned) == []


async def test_the_rule_leaves_alone_what_is_no_emergency_old_or_taken(
    crew: Database, clock: StandingClock
) -> None:
    normal_id, normal = await opened(crew, "leak", "a")
    old_id, old = await opened(crew, "burst", "b")
    taken_id, taken = await opened(crew, "burst", "c")
    async with crew.unit_of_work() as session:
        await orders.move(session, taken, "assign", by="吴刚", to="feng")
        await service.emergency(session, normal_id, clock.at)
        await service.emergency(session, taken_id, clock.at)
        await service.emergency(session, old_id, clock.at + timedelta(minutes=31))
    assert await read(crew, normal) == ("new", "emergency")
    assert await read(crew, old) == ("new", "emergency")
    assert await read(crew, taken) == ("assigned", "冯涛")
    assert await facts(crew, DispatchAssigned) == []


async def test_by_hand_somebody_is_sent_and_sent_on_but_never_over_anothers_change(
    crew: Database, clock: StandingClock
) -> None:
    _order_id, number = await opened(crew, "leak")
    async with crew.unit_of_work() as session:
        await service.assign(session, number, "feng", by="吴刚", owner="emergency", at=clock.at)
    assert await read(crew, number) == ("assigned", "冯涛")
    with pytest.raises(service.ChangedMeanwhile):
        async with crew.unit_of_work() as session:
            await service.assign(session, number, "li", by="吴刚", owner="emergency", at=clock.at)
    with pytest.raises(SomebodyNeeded):
        async with crew.unit_of_work() as session:
            await service.assign(session, number, "nobody", by="吴刚", owner="冯涛", at=clock.at)
    async with crew.unit_of_work() as session:
        await service.assign(session, number, "li", by="吴刚", owner="冯涛", at=clock.at)
    assert await read(crew, number) == ("assigned", "李锋")
    told = [(one.to, one.by) for one in await facts(crew, DispatchAssigned)]  # type: ignore[attr-defined]
    assert told == [("冯涛", "吴刚"), ("李锋", "吴刚")]


async def test_the_board_tells_clocks_positions_with_age_and_hot_spots(
    crew: Database, clock: StandingClock
) -> None:
    await stands(crew, "冯涛", 123.43, clock)
    for key in "abc":
        await opened(crew, "leak", key)
    async with crew.unit_of_work() as session:
        order = await orders.move(session, "20261123-0001", "assign", by="吴刚", to="feng")
        await orders.move(session, order.number, "accept", by="冯涛")
    clock.forward(minutes=10)
    async with crew.reading() as session:
        found = await board(session)
        assert [one["column"] for one in found["orders"]] == ["running", "unassigned", "unassigned"]
        feng = next(one for one in found["people"] if one["login"] == "feng")
        assert (feng["age_min"], feng["orders"], feng["on_shift"]) == (10, 1, True)
        assert [len(spot["numbers"]) for spot in found["hot_spots"]] == [3]
    clock.forward(hours=5)
    async with crew.reading() as session:
        found = await board(session)
    assert [one["column"] for one in found["orders"]] == ["late", "unassigned", "unassigned"]
    feng = next(one for one in found["people"] if one["login"] == "feng")
    assert feng["age_min"] is None, "too old to say where somebody is"


async def test_positions_are_kept_only_with_consent_and_in_working_time_and_go_with_it(
    crew: Database, clock: StandingClock
) -> None:
    async def report(*moments: timedelta) -> int:
        async with crew.unit_of_work() as session:
            fixes = [Fix(clock.at + moment, 123.42, 41.78) for moment in moments]
            return await positions.report(session, "冯涛", fixes, at=clock.at, zone=ZONE)

    with pytest.raises(NotAgreed):
        await report(timedelta())
    async with crew.unit_of_work() as session:
        await positions.agree(session, "冯涛", agreed=True, at=clock.at)
    clock.forward(hours=11)
    nine_at_night, before_consent = timedelta(), timedelta(hours=-12)
    at_work, twice, future = timedelta(hours=-9), timedelta(hours=-9), timedelta(hours=1)
    assert await report(nine_at_night, before_consent, at_work, twice, future) == 1
    assert await report(at_work) == 0
    async with crew.unit_of_work() as session:
        day = clock.at - timedelta(days=1)
        assert len(await positions.track(session, "冯涛", day, clock.at)) == 1
        await positions.agree(session, "冯涛", agreed=False, at=clock.at)
        assert await positions.track(session, "冯涛", day, clock.at) == []
        assert await positions.last_known(session) == []
    assert [one.agreed for one in await facts(crew, FieldConsent)] == [True, False]  # type: ignore[attr-defined]
