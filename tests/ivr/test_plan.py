"""What is published counts for the next call; what the leader sets by hand goes first."""

import copy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import yaml

from ivr.lines import Line, line_for
from ivr.modes import modes, set_mode
from ivr.plan import Plans, install
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.floor_events import LineModeSet

HEAT = PROJECT / "packs" / "heat"
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def _main() -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((HEAT / "menus" / "main.yaml").read_text("utf-8"))
    return loaded


async def _installed(database: Database) -> Plans:
    async with database.unit_of_work() as session:
        await install(session, HEAT)
    return Plans(database, HEAT)


async def test_the_pack_is_installed_once(database: Database) -> None:
    plans = await _installed(database)
    await _installed(database)
    plan = await plans.current()
    assert {name: menu.version for name, menu in plan.menus.items()} == {"main": 1, "emergency": 1}
    assert [line.dnis for line in plan.lines] == ["96777", "96778", "96779"]
    assert set(plan.hours) == {"always", "office"}


async def test_a_new_version_counts_from_the_next_call_and_not_for_this_one(
    sqlite_database: Database,
) -> None:
    plans = await _installed(sqlite_database)
    running = (await plans.current()).menus["main"]
    body = copy.deepcopy(_main())
    body["title"] = {"zh": "新菜单", "en": "New menu"}
    async with sqlite_database.unit_of_work() as session:
        made = await definitions.draft(session, "ivr_menu", "main", body, author="li")
        await definitions.publish(session, "ivr_menu", "main", made.version, by="li")
    now_running = (await plans.current()).menus["main"]
    assert (now_running.version, now_running.tree.title.en) == (2, "New menu")
    assert (running.version, running.tree.title.en) == (1, "Heating service hotline")


async def test_rolling_back_counts_too(sqlite_database: Database) -> None:
    plans = await _installed(sqlite_database)
    body = _main() | {"title": {"zh": "新菜单", "en": "New menu"}}
    async with sqlite_database.unit_of_work() as session:
        made = await definitions.draft(session, "ivr_menu", "main", body, author="li")
        await definitions.publish(session, "ivr_menu", "main", made.version, by="li")
        await definitions.roll_back(session, "ivr_menu", "main", 1, by="li")
    menu = (await plans.current()).menus["main"]
    assert (menu.version, menu.tree.title.en) == (3, "Heating service hotline")


async def test_an_unchanged_plan_is_not_parsed_again(sqlite_database: Database) -> None:
    plans = await _installed(sqlite_database)
    first, second = await plans.current(), await plans.current()
    assert first.menus is second.menus


async def test_the_last_plan_is_kept_when_the_database_dies(sqlite_database: Database) -> None:
    plans = await _installed(sqlite_database)
    await plans.current()
    plans._database = Database("sqlite+aiosqlite:////no/such/folder/x.db")
    assert (await plans.current()).menus["main"].version == 1


async def test_night_by_hand_and_back(database: Database) -> None:
    plans = await _installed(database)
    line = (await plans.current()).line("96777")
    assert line is not None
    for mode, expected in (("night", "night"), ("emergency", "emergency"), ("auto", "open")):
        async with database.unit_of_work() as session:
            await set_mode(session, dnis="96777", mode=mode, by="leader")  # type: ignore[arg-type]
        assert (await plans.current()).state(line, None, NOON, ZONE) == expected
    async with database.reading() as session:
        assert await modes(session) == {}
        facts = [entry.event for entry in await entries_after(session, 0, subject="line:96777")]
    assert [fact.mode for fact in facts if isinstance(fact, LineModeSet)] == [
        "night",
        "emergency",
        "auto",
    ]


async def test_one_line_at_night_leaves_the_other_open(sqlite_database: Database) -> None:
    plans = await _installed(sqlite_database)
    async with sqlite_database.unit_of_work() as session:
        await set_mode(session, dnis="96777", mode="night", by="leader")
    plan = await plans.current()
    other = plan.line("96778")
    assert other is not None
    assert plan.state(other, None, NOON, ZONE) == "open"


def test_a_line_is_found_by_its_spellings() -> None:
    text = {"zh": "甲", "en": "a"}
    lines = [
        Line.model_validate({"dnis": dnis, "name": text, "menu": "main", "hours": "always",
                             "also": also})
        for dnis, also in (("96777", []), ("96778", ["4001234"]))
    ]  # fmt: skip
    found = {
        dialled: (line_for(lines, dialled) or lines[0]).dnis
        for dialled in ("96777", "96778", "4001234", "02496778", "+862496778", "", "s")
    }
    assert found == {
        "96777": "96777", "96778": "96778", "4001234": "96778", "02496778": "96778",
        "+862496778": "96778", "": "96777", "s": "96777",
    }  # fmt: skip
    assert line_for([], "96777") is None
