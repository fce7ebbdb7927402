"""Matters climb rung by rung, each with its time, taken by name, whatever happens to the worker."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.matters import queries, service
from crm.matters.events import MatterClimbed, MatterLate
from crm.matters.kinds import MATTER_LADDER
from crm.matters.models import Matter
from crm.matters.rules import LADDER, Ladder, climbs, due, problems
from crm.matters.service import Actor
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event, entries_after
from tests.crm.conftest import AsRole
from tests.crm.town import customer
from tests.support.clock import StandingClock

ZONE = Settings().zone
HOUSE = Ladder.model_validate(LADDER)
ANNA = Actor("8001", ("8001", "Anna"), frozenset({"agent"}))
BEN = Actor("8002", ("8002", "Ben"), frozenset({"agent"}))
CHEN = Actor("8000", ("8000", "陈静"), frozenset({"leader"}))
WANG = Actor("王主管", ("王主管",), frozenset({"leader"}))
BOSS = Actor("管理员", ("管理员",), frozenset({"admin"}))


async def raised(database: Database, by: Actor = ANNA, key: str = "k") -> int:
    async with database.unit_of_work() as session:
        made = await service.raise_matter(
            session, key=key, summary="用户要求赔偿", by=by, zone=ZONE
        )
        return made.id


async def one(database: Database, matter_id: int) -> Matter:
    async with database.reading() as session:
        return await session.get_one(Matter, matter_id)


async def told(database: Database, matter_id: int) -> list[Event]:
    async with database.reading() as session:
        return await queries.history(session, matter_id)


async def test_whoever_raises_it_has_it_and_it_climbs_when_their_time_is_over(
    database: Database, clock: StandingClock
) -> None:
    matter_id = await raised(database)
    began = clock.at
    mine = await one(database, matter_id)
    assert (mine.state, mine.owner, mine.level) == ("taken", "8001", 0)
    assert mine.due_at == began + timedelta(minutes=15)
    clock.forward(minutes=14, seconds=59)
    assert await service.run_out(database, clock.at, ZONE) == 0
    clock.forward(seconds=1)
    assert await service.run_out(database, clock.at, ZONE) == 1
    assert await service.run_out(database, clock.at, ZONE) == 0
    up = await one(database, matter_id)
    assert (up.state, up.owner, up.level) == ("waiting", "", 1)
    assert up.due_at == began + timedelta(minutes=45)
    assert [event.kind for event in await told(database, matter_id)] == [
        "matter.raised", "matter.climbed",
    ]  # fmt: skip


async def test_after_a_long_absence_it_stands_where_time_has_brought_it_and_is_told_once(
    database: Database, clock: StandingClock
) -> None:
    matter_id = await raised(database)
    began = clock.at
    clock.forward(hours=20)
    for _again in range(3):
        await service.run_out(database, clock.at, ZONE)
    top = await one(database, matter_id)
    assert (top.level, top.late, top.next_at) == (4, True, None)
    facts = await told(database, matter_id)
    assert [(e.rung, e.at - began) for e in facts if isinstance(e, MatterClimbed)] == [
        ("duty", timedelta(minutes=15)), ("floor", timedelta(minutes=45)),
        ("supervisor", timedelta(minutes=105)), ("leader", timedelta(minutes=225)),
    ]  # fmt: skip
    assert len([e for e in facts if isinstance(e, MatterLate)]) == 1


async def test_a_pass_that_dies_before_its_commit_tells_nothing_and_the_next_tells_all(
    database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await raised(database, key=str(number)) for number in range(3)]
    clock.forward(minutes=20)

    async def dies(*_args: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(service, "_run_out", dies)
        with pytest.raises(ConnectionError):
            await service.run_out(database, clock.at, ZONE)
    assert [(await one(database, each)).level for each in ids] == [0, 0, 0]
    assert await service.run_out(database, clock.at, ZONE) == 3
    for each in ids:
        kinds = [event.kind for event in await told(database, each)]
        assert kinds == ["matter.raised", "matter.climbed"]


async def test_it_is_passed_on_with_a_reason_taken_by_name_and_settled_by_who_has_it(
    database: Database, clock: StandingClock
) -> None:
    matter_id = await raised(database)
    clock.forward(minutes=5)
    async with database.unit_of_work() as session:
        with pytest.raises(service.WordsNeeded):
            await service.pass_on(session, matter_id, by=ANNA, note=" ", zone=ZONE)
        with pytest.raises(service.TakenAlready) as had:
            await service.pass_on(session, matter_id, by=BEN, note="x", zone=ZONE)
        assert had.value.values["owner"] == "8001"
        up = await service.pass_on(session, matter_id, by=ANNA, note="超出权限", zone=ZONE)
        assert (up.level, up.due_at) == (1, clock.at + timedelta(minutes=30))
    async with database.unit_of_work() as session:
        with pytest.raises(service.NotYourRung):
            await service.take(session, matter_id, by=ANNA)
        with pytest.raises(service.NotYourRung):
            await service.settle(session, matter_id, by=CHEN, outcome="x")
        await service.take(session, matter_id, by=CHEN)
        await service.take(session, matter_id, by=CHEN)
        with pytest.raises(service.TakenAlready):
            await service.take(session, matter_id, by=WANG)
    async with database.unit_of_work() as session:
        done = await service.settle(session, matter_id, by=CHEN, outcome="已赔偿")
        assert (done.state, done.settled_by, done.next_at) == ("settled", "8000", None)
        with pytest.raises(service.SettledAlready):
            await service.take(session, matter_id, by=CHEN)
    clock.forward(days=2)
    assert await service.run_out(database, clock.at, ZONE) == 0
    assert [event.kind for event in await told(database, matter_id)] == [
        "matter.raised", "matter.climbed", "matter.taken", "matter.settled",
    ]  # fmt: skip


async def test_taken_and_not_settled_it_climbs_all_the_same(
    database: Database, clock: StandingClock
) -> None:
    matter_id = await raised(database)
    clock.forward(minutes=16)
    await service.run_out(database, clock.at, ZONE)
    async with database.unit_of_work() as session:
        await service.take(session, matter_id, by=CHEN)
    clock.forward(minutes=30)
    await service.run_out(database, clock.at, ZONE)
    up = await one(database, matter_id)
    assert (up.level, up.owner) == (2, "")


async def test_there_is_nobody_above_the_top(database: Database, clock: StandingClock) -> None:
    matter_id = await raised(database)
    clock.forward(hours=4)
    await service.run_out(database, clock.at, ZONE)
    async with database.unit_of_work() as session:
        await service.take(session, matter_id, by=BOSS)
        with pytest.raises(service.TopOfLadder):
            await service.pass_on(session, matter_id, by=BOSS, note="x", zone=ZONE)


async def test_whoever_stands_on_no_first_rung_leaves_it_to_the_agents(database: Database) -> None:
    matter_id = await raised(database, by=CHEN)
    assert (await one(database, matter_id)).state == "waiting"
    async with database.reading() as session:
        assert await queries.counts(session, ANNA, (await one(database, matter_id)).raised_at) == (
            1, 0,
        )  # fmt: skip
        assert await queries.counts(session, CHEN, (await one(database, matter_id)).raised_at) == (
            0, 0,
        )  # fmt: skip


async def test_a_matter_finishes_on_the_ladder_it_began_on_and_people_may_be_named(
    database: Database, clock: StandingClock
) -> None:
    name = {"zh": "甲", "en": "A"}
    body = {"rungs": [
        {"code": "agent", "name": name, "role": "agent", "minutes": 1},
        {"code": "duty", "name": name, "role": "leader", "people": ["王主管"], "minutes": 9},
    ]}  # fmt: skip
    old = await raised(database)
    async with database.unit_of_work() as session:
        await definitions.install(session, "matter_ladder", "company", body, by="t")
    new = await raised(database, key="new")
    clock.forward(minutes=2)
    assert await service.run_out(database, clock.at, ZONE) == 1
    assert ((await one(database, old)).level, (await one(database, new)).level) == (0, 1)
    async with database.unit_of_work() as session:
        with pytest.raises(service.NotYourRung):
            await service.take(session, new, by=CHEN)
        assert (await service.take(session, new, by=WANG)).owner == "王主管"


def test_mistakes_of_the_ladder_are_found() -> None:
    assert list(problems(HOUSE)) == []
    name = {"zh": "甲", "en": "A"}
    rung = {"code": "a", "name": name, "role": "quality", "minutes": 1}
    body = Ladder.model_validate({"rungs": [rung, rung]})
    assert [found.code for found in MATTER_LADDER.problems(body)] == ["twice", "role", "role"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(looks=st.lists(st.integers(min_value=1, max_value=400), max_size=12))
def test_however_often_one_looks_time_brings_it_to_the_same_rung(looks: list[int]) -> None:
    began = datetime(2026, 11, 23, 2, 0, tzinfo=ZONE)
    at, level, due_at = began, 0, due(HOUSE, 0, began, ZONE)
    for minutes in looks:
        at += timedelta(minutes=minutes)
        steps, _late = climbs(HOUSE, level, due_at, at, ZONE)
        if steps:
            level, due_at = steps[-1].level, steps[-1].due_at
    at_once, late = climbs(HOUSE, 0, due(HOUSE, 0, began, ZONE), at, ZONE)
    assert level == (at_once[-1].level if at_once else 0)
    assert late == (at >= began + timedelta(minutes=465))


async def test_over_http_it_is_raised_once_seen_taken_and_refused_with_its_code(
    as_role: AsRole,
) -> None:
    agent, leader = as_role("agent"), as_role("leader")
    body = {"key": "1", "summary": "用户要求见领导"}
    assert (await as_role("cashier").post("/matters", json=body)).status_code == 403
    assert (await agent.post("/matters", json=body | {"summary": " "})).json() == {
        "code": "matter-words"
    }
    made = (await agent.post("/matters", json=body)).json()
    assert (await agent.post("/matters", json=body)).json()["id"] == made["id"]
    assert (made["rung"], made["state"], made["owner"]) == ("agent", "taken", "agent")
    where = f"/matters/{made['id']}"
    assert (await leader.post(f"{where}/take")).json() == {"code": "matter-rung"}
    up = (await agent.post(f"{where}/pass-on", json={"note": "超出权限"})).json()
    assert (up["rung"], up["level"], up["state"]) == ("duty", 1, "waiting")
    listed = (await leader.get("/matters")).json()["items"]
    assert [(each["id"], each["level"]) for each in listed] == [(made["id"], 1)]
    assert (await leader.post(f"{where}/take")).json()["owner"] == "leader"
    done = (await leader.post(f"{where}/settle", json={"note": "已致歉"})).json()
    assert (done["state"], done["settled_by"], done["outcome"]) == ("settled", "leader", "已致歉")
    assert (await leader.get("/matters", params={"which": "settled"})).json()["items"] == [done]


async def test_a_matter_knows_its_customer_and_its_call(database: Database) -> None:
    async with database.unit_of_work() as session:
        await customer(session, "王芳", "13800000001")
        made = await service.raise_matter(
            session, key="k", summary="x", by=ANNA, zone=ZONE, customer_id=1, call_id="1.1"
        )
        facts = await entries_after(session, 0, subject=f"matter:{made.id}")
    assert (made.customer_id, made.call_id, len(facts)) == (1, "1.1", 1)
