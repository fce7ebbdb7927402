"""Alerts: once, worse, acknowledged by one, over by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from crm.alerts import queries, service
from crm.alerts.events import AlertRaised
from crm.alerts.kinds import ALERTS
from crm.alerts.rules import AlertRules, Change, Key, Level, Rule, changes, judged
from crm.catalog import service as catalog
from crm.interactions.models import Interaction
from crm.staff.models import AgentState, User
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import Event, entries_after
from mainline.journal.call_events import CallEnded, QueueEntered
from tests.crm.calls import take_in
from tests.crm.conftest import AsRole
from tests.support.clock import StandingClock

ZONE = Settings().zone
WAIT = Rule(measure="longest-wait", warn=60, bad=180)
LEVEL = Rule(measure="service-level", warn=80, bad=60)
COUNT = Rule(measure="counters", warn=1, bad=1)


@pytest.mark.parametrize(
    ("rule", "value", "before", "level"),
    [
        (WAIT, 59.9, None, None),
        (WAIT, 60, None, "warn"),
        (WAIT, 179.9, "warn", "warn"),
        (WAIT, 180, "warn", "bad"),
        (WAIT, 500, None, "bad"),
        (WAIT, 163, "bad", "bad"),  # not yet well within 180
        (WAIT, 162, "bad", "warn"),
        (WAIT, 55, "warn", "warn"),  # not yet well within 60
        (WAIT, 54, "warn", None),
        (WAIT, 0, "bad", None),
        (LEVEL, 80.1, None, None),
        (LEVEL, 80, None, "warn"),
        (LEVEL, 60, "warn", "bad"),
        (LEVEL, 65, "bad", "bad"),
        (LEVEL, 66, "bad", "warn"),
        (LEVEL, 87, "warn", "warn"),
        (LEVEL, 88, "warn", None),
        (LEVEL, 100, "bad", None),
        (COUNT, 1, None, "bad"),
        (COUNT, 0, "bad", None),
    ],
)
def test_levels_rise_at_the_limit_and_fall_well_within_it(
    rule: Rule, value: float, before: Level | None, level: Level | None
):
    assert judged(rule, value, before) == level


def test_a_value_that_trembles_at_the_limit_rings_once():
    level: Level | None = None
    rung = 0
    for value in (58, 61, 59, 60, 58, 62, 57):
        before, level = level, judged(WAIT, value, level)
        rung += level is not None and before is None
    assert (rung, level) == (1, "warn")


def test_changes_tell_what_is_new_what_is_worse_and_what_is_over():
    values: dict[Key, float] = {
        ("longest-wait", "queue:a"): 70,
        ("longest-wait", "queue:b"): 200,
        ("longest-wait", "queue:c"): 10,
        ("paused", "agent:8001"): 9999,
    }
    standing: dict[Key, Level] = {
        ("longest-wait", "queue:b"): "warn",
        ("longest-wait", "queue:c"): "bad",
        ("longest-wait", "queue:gone"): "warn",
    }
    assert changes([WAIT], values, standing) == [
        Change(("longest-wait", "queue:a"), None, "warn", 70, 60),
        Change(("longest-wait", "queue:b"), "warn", "bad", 200, 180),
        Change(("longest-wait", "queue:c"), "bad", None, 10, None),
        Change(("longest-wait", "queue:gone"), "warn", None, None, None),
    ]


def test_the_first_rule_that_speaks_of_a_queue_counts():
    strict = Rule(measure="waiting", queues=("emergency",), warn=1, bad=2)
    mild = Rule(measure="waiting", warn=5, bad=9)
    found = changes(
        [strict, mild], {("waiting", "queue:emergency"): 1, ("waiting", "queue:service"): 4}, {}
    )
    assert [change.key for change in found] == [("waiting", "queue:emergency")]


@pytest.mark.parametrize(
    "rule",
    [
        {"measure": "longest-wait", "warn": 180, "bad": 60},
        {"measure": "service-level", "warn": 60, "bad": 80},
        {"measure": "happiness", "warn": 1, "bad": 2},
        {"measure": "waiting", "warn": -1, "bad": 2},
    ],
)
def test_limits_that_make_no_sense_are_refused(rule: dict[str, Any]):
    with pytest.raises(ValidationError):
        Rule.model_validate(rule)


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_the_packs_thresholds_have_no_mistakes(pack: str):
    body = definitions.content(Settings(pack=pack).pack_dir / "alerts.yaml")
    assert ALERTS.problems(body) == []


def test_rules_that_never_speak_are_found():
    rules = [{"measure": "waiting", "warn": 1, "bad": 2}] * 2
    rules.append({"measure": "paused", "queues": ["service"], "warn": 1, "bad": 2})
    found = ALERTS.problems({"rules": rules})
    assert [(one.code, one.where) for one in found] == [
        ("never", "rules.1"),
        ("no-queues", "rules.2"),
    ]


# --- with a database --------------------------------------------------------------------------


@pytest.fixture
async def company(database: Database, settings: Settings, clock: StandingClock) -> Database:
    """The pack's queues and thresholds; nobody calls yet."""
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await service.install(session, settings.pack_dir)
    return database


async def look(database: Database, **others: float) -> list[tuple[str, str, str | None]]:
    """One look, as the worker looks."""
    more: dict[Key, float] = {(name.replace("_", "-"), ""): v for name, v in others.items()}
    async with database.unit_of_work() as session:
        found = await service.changed(session, ZONE, more)
        await service.apply(session, found)
    return [(*change.key, change.level) for change in found]


async def alerts_told(database: Database) -> list[Event]:
    async with database.reading() as session:
        entries = await entries_after(session, 0)
    return [entry.event for entry in entries if entry.event.kind.startswith("alert.")]


async def waits(database: Database, clock: StandingClock) -> None:
    subject = "call:ml0123abcd-1.1"
    await take_in(database, QueueEntered(subject=subject, at=clock.at, queue="repair"))


async def test_a_long_wait_is_raised_once_grows_worse_and_clears_by_itself(
    company: Database, clock: StandingClock
):
    await waits(company, clock)
    assert await look(company) == []
    clock.forward(seconds=61)
    assert await look(company) == [("longest-wait", "queue:repair", "warn")]
    clock.forward(seconds=5)
    assert await look(company) == []
    clock.forward(seconds=120)
    assert await look(company) == [("longest-wait", "queue:repair", "bad")]
    await take_in(company, CallEnded(subject="call:ml0123abcd-1.1", at=clock.at))
    assert await look(company) == [("longest-wait", "queue:repair", None)]
    told = await alerts_told(company)
    assert [fact.kind for fact in told] == ["alert.raised", "alert.changed", "alert.cleared"]
    assert isinstance(told[0], AlertRaised)
    assert (told[0].about, told[0].value, told[0].limit) == ("queue:repair", 61.0, 60.0)


async def test_agents_orders_recordings_and_the_disk_are_watched(
    company: Database, clock: StandingClock
):
    ago = clock.at - timedelta(hours=2)
    async with company.unit_of_work() as session:
        for number, state in (("8001", "paused"), ("8002", "wrapup"), ("8003", "talking")):
            session.add(
                User(login=number, name=number, password_hash="x", roles=["agent"],
                     agent_number=number)
            )  # fmt: skip
            session.add(AgentState(number=number, state=state, since=ago, fact_at=ago))
        session.add(
            WorkOrder(
                number="1", key="1", type_code="t", type_version=1, source="desk", step="new",
                urgency="normal", team="t", owner="t", overseer="t", opened_at=ago,
                due_respond_at=ago, due_complete_at=ago,
            )
        )  # fmt: skip
        session.add(
            Interaction(
                id="ml-1.1", began_at=ago, answered_at=ago, ended_at=ago, recording_started_at=ago
            )
        )
    assert await look(company, disk_free=4.0) == [
        ("disk-free", "", "bad"),
        ("orders-overdue", "", "warn"),
        ("paused", "agent:8001", "bad"),
        ("recording", "", "warn"),
        ("wrapup", "agent:8002", "bad"),
    ]
    async with company.reading() as session:
        levels = [row.level for row in await queries.standing(session)]
    assert levels == ["bad", "bad", "bad", "warn", "warn"]


async def test_an_alert_is_acknowledged_by_name_and_by_one(company: Database, clock: StandingClock):
    await waits(company, clock)
    clock.forward(seconds=61)
    await look(company)
    async with company.unit_of_work() as session:
        (row,) = await queries.standing(session)
        await service.acknowledge(session, row.id, by="zhao", note=" two more come ")
    async with company.unit_of_work() as session:
        with pytest.raises(service.AlertTaken) as taken:
            await service.acknowledge(session, row.id, by="qian")
        assert taken.value.values["name"] == "zhao"
        (row,) = await queries.standing(session)
        assert (row.acknowledged_by, row.note) == ("zhao", "two more come")
    clock.forward(seconds=120)  # worse: nobody has seen this yet
    await look(company)
    async with company.reading() as session:
        (row,) = await queries.standing(session)
        assert (row.level, row.acknowledged_by, row.acknowledged_at) == ("bad", "", None)


async def test_what_is_over_or_was_never_there_cannot_be_acknowledged(
    company: Database, clock: StandingClock
):
    await waits(company, clock)
    clock.forward(seconds=61)
    await look(company)
    async with company.unit_of_work() as session:
        (row,) = await queries.standing(session)
        row.cleared_at = clock.at
    async with company.unit_of_work() as session:
        with pytest.raises(service.AlertOver):
            await service.acknowledge(session, row.id, by="zhao")
        with pytest.raises(NotFound):
            await service.acknowledge(session, 999, by="zhao")


async def test_without_thresholds_nothing_is_raised(sqlite_database: Database):
    async with sqlite_database.unit_of_work() as session:
        assert (await service.rules(session)) == AlertRules(rules=())
        assert await service.changed(session, ZONE, {("disk-free", ""): 0.0}) == []


# --- the API ----------------------------------------------------------------------------------


async def test_alerts_are_listed_and_acknowledged_over_the_api(
    town: Database, as_role: AsRole, settings: Settings, clock: StandingClock
):
    async with town.unit_of_work() as session:
        await service.install(session, settings.pack_dir)
    await waits(town, clock)
    clock.forward(seconds=200)
    await look(town)
    leader = as_role("leader")
    items = (await leader.get("/alerts", params={"open": True})).json()["items"]
    mine = next(item for item in items if item["measure"] == "longest-wait")
    assert (mine["subject"], mine["level"], mine["limit"]) == ("queue:repair", "bad", 180.0)
    path = f"/alerts/{mine['id']}/acknowledge"
    done = (await leader.post(path, json={"note": "seen"})).json()
    assert (done["acknowledged_by"], done["note"]) == ("leader", "seen")
    found = await leader.get("/alerts", params={"measure": "longest-wait"})
    assert [item["id"] for item in found.json()["items"]] == [mine["id"]]
    assert (await as_role("agent").get("/alerts")).status_code == 403
    assert (await as_role("quality").post(path, json={})).status_code == 403
    assert (await leader.post("/alerts/999999/acknowledge", json={})).status_code == 404
