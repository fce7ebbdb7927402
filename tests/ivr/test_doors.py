"""Callers whom an agent sends to the menu: at that node, in the version they know, and back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivr.decision import Decision
from ivr.doors import handle_door
from ivr.plan import install
from ivr.waiting import Place
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.call_events import CallerIdentified, CallerVerified, CallOffered, MenuStarted
from tests.fakes.books import LI
from tests.fakes.call import FakeCall
from tests.ivr.test_service import HEAT, House

CALL = "call:call-1"
PLACE = Place("call-1", "billing", 80, "en", datetime(2026, 11, 23, 1, 53, 20, tzinfo=UTC))


async def began(database: Database, *, version: int, language: str = "zh") -> None:
    async with database.unit_of_work() as session:
        await append_all(
            session,
            [
                CallOffered(subject=CALL, ani="13800008000", dnis="96777"),
                CallerIdentified(subject=CALL, how="none"),
                MenuStarted(subject=CALL, menu="main", version=version, language=language),
            ],
        )


def at(node: str, *keys: str, back: str = "agent") -> FakeCall:
    call = FakeCall(keys, dnis=node)
    call.variables["MAINLINE_BACK"] = back
    return call


async def test_the_caller_hears_that_node_and_turns_back_where_the_door_says(
    sqlite_database: Database,
) -> None:
    house, call = House(), at("tariff", "1")
    await began(sqlite_database, version=0)
    decision = await handle_door(call, PLACE, house.deps(), sqlite_database)
    assert decision.action == "hangup"
    assert call.heard[0] == "收费标准"
    assert call.heard[-1].startswith("居民供热按建筑面积收费")
    visited = [f.node for f in house.recorder.facts if f.kind == "menu.visited"]  # type: ignore[attr-defined]
    assert visited == ["tariff"]
    assert house.recorder.closed == 1


async def test_who_does_not_come_back_is_led_to_the_end_of_the_menu(
    sqlite_database: Database,
) -> None:
    house, call = House(), at("tariff", "1", "", back="end")
    await began(sqlite_database, version=0)
    await handle_door(call, PLACE, house.deps(), sqlite_database)
    visited = [f.node for f in house.recorder.facts if f.kind == "menu.visited"]  # type: ignore[attr-defined]
    assert visited == ["tariff", "again", "goodbye"]


@pytest.mark.parametrize(
    ("keys", "queue", "priority"),
    [(["0"], "billing", 80), (["1", "1"], "emergency", 100), (["1", "0"], "repair", 80)],
)
async def test_who_asks_for_a_person_there_has_their_own_place_or_a_better_one(
    sqlite_database: Database, keys: list[str], queue: str, priority: int
) -> None:
    await began(sqlite_database, version=0)
    house = House()
    decision = await handle_door(at("main", *keys), PLACE, house.deps(), sqlite_database)
    assert (decision.action, decision.queue, decision.priority) == ("queue", queue, priority)


async def test_an_english_caller_goes_on_in_english(sqlite_database: Database) -> None:
    house, call = House(), at("tariff", "1")
    await began(sqlite_database, version=0, language="en")
    await handle_door(call, PLACE, house.deps(), sqlite_database)
    assert call.heard[-1].startswith("Homes are charged")


async def test_who_has_proven_it_before_is_not_asked_again(sqlite_database: Database) -> None:
    await began(sqlite_database, version=0)
    async with sqlite_database.unit_of_work() as session:
        proven = CallerVerified(subject=CALL, how="keyed", customer_id=1)
        await append_all(session, [proven])
    house, call = House(replace(LI, confirmed=False)), at("arrears")
    await handle_door(call, PLACE, house.deps(), sqlite_database)
    assert "的户号目前没有欠费。" in call.heard
    assert house.books.facts_tried == 0
    assert call.asked == 0


async def test_a_call_finishes_under_the_version_it_began_with(sqlite_database: Database) -> None:
    house = House()
    async with sqlite_database.unit_of_work() as session:
        await install(session, HEAT)
        first = await definitions.current(session, "ivr_menu", "main")
        source = {**first.source, "nodes": {**first.source["nodes"]}}
        source["nodes"]["tariff"] = {"kind": "say", "text": {"zh": "新。", "en": "New."},
                                     "next": "again"}  # fmt: skip
        new = await definitions.draft(session, "ivr_menu", "main", source, author="t")
        await definitions.publish(session, "ivr_menu", "main", new.version, by="t")
    house.plans._database = sqlite_database
    await began(sqlite_database, version=first.version)
    call = at("tariff", "1")
    await handle_door(call, PLACE, house.deps(), sqlite_database)
    assert "居民供热" in call.heard[-1]


@pytest.mark.parametrize("node", ["nowhere", "600", ""])
async def test_a_node_that_is_not_there_leads_back_to_the_same_people(
    sqlite_database: Database, node: str
) -> None:
    await began(sqlite_database, version=0)
    decision = await handle_door(at(node), PLACE, House().deps(), sqlite_database)
    assert decision == Decision("queue", "billing", 80, "en")


async def test_without_a_journal_the_same_people_answer(tmp_path) -> None:  # type: ignore[no-untyped-def]
    nothing = Database(f"sqlite+aiosqlite:///{tmp_path}/none.db")
    decision = await handle_door(at("tariff"), PLACE, House().deps(), nothing)
    assert decision == Decision("queue", "billing", 80, "en")
    await nothing.dispose()


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_pack_has_doors_that_lead_back(pack: str) -> None:
    from ivr.plan import pack_plan

    tree = pack_plan(PROJECT / "packs" / pack).menus["main"].tree
    assert set(tree.doors) == {"arrears", "tariff", "reading", "outage", "orders"}
    assert all(door.back_at == ("again",) for door in tree.doors.values())
