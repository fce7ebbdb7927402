import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.audience import Audience
from agentdesk.live import Feed, Live
from agentdesk.supervisor.feeds import FEEDS, DayFeed, floor_now
from agentdesk.supervisor.views import router
from crm.alerts.models import Alert
from crm.callbacks import service as callbacks
from crm.interactions.models import QueueVisit
from mainline.clock import now
from mainline.db import Database
from mainline.journal.call_events import (
    CallEnded,
    CallRepeated,
    CallUrgent,
    QueueEntered,
    QueueLeft,
)
from mainline.journal.talk_events import AgentLeftCall
from mainline.permissions import Permission
from mainline.web import undeclared
from tests.agentdesk.supervisor.conftest import TALK, WAIT, ago, tell
from tests.support.pages import Pages


async def picture(desk: Pages) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get("/board/picture")).json()
    return found


async def test_the_board_shows_queues_in_the_catalogs_order_with_their_figures(desk: Pages):
    queues = {queue["name"]: queue for queue in (await picture(desk))["queues"]}
    assert list(queues) == ["service", "repair", "billing", "emergency"]
    repair = queues["repair"]
    assert repair["label"]["en"] == "Fault reports"
    assert (repair["offered"], repair["answered"], repair["waiting"]) == (1, 1, 0)
    assert (repair["ready"], repair["busy"], repair["paused"]) == (1, 1, 1)
    assert repair["service_level"] == 1.0
    assert (queues["billing"]["offered"], queues["billing"]["waiting"]) == (1, 1)
    assert queues["emergency"]["service_level"] is None


async def test_who_waits_is_shown_with_priority_and_masked_number(desk: Pages):
    (caller,) = (await picture(desk))["waiting"]
    assert (caller["call"], caller["queue"], caller["priority"]) == (WAIT, "billing", 10)
    assert caller["customer"] == ""
    assert "02431234567" not in json.dumps(await picture(desk))


async def test_who_came_before_midnight_and_waits_still_is_counted_as_waiting(
    desk: Pages, sqlite_database: Database
):
    async with sqlite_database.unit_of_work() as session:
        waits = update(QueueVisit).where(QueueVisit.how.is_(None))
        await session.execute(waits.values(entered_at=ago(13 * 3600)))
    found = await picture(desk)
    (billing,) = [queue for queue in found["queues"] if queue["name"] == "billing"]
    assert (billing["offered"], billing["waiting"], found["today"]["waiting"]) == (0, 1, 1)
    assert billing["longest_since"] == found["waiting"][0]["since"]


async def promise(database: Database, number: str, **fields: Any) -> int:
    async with database.unit_of_work() as session:
        row = await callbacks.ask(session, number=number, **{"source": "queue", **fields})
        return row.id


async def test_promised_call_backs_stand_apart_with_their_number_and_the_oldest(
    desk: Pages, sqlite_database: Database
):
    assert (await picture(desk))["callbacks"] == []
    oldest, later = ago(600), now() + timedelta(hours=9)
    first = await promise(sqlite_database, "13912345671", queue="repair", since=oldest)
    await promise(sqlite_database, "13912345672", queue="repair", customer_id=5, priority=50)
    await promise(sqlite_database, "13912345673", due_at=later)
    async with sqlite_database.unit_of_work() as session:
        assert await callbacks.begin_attempt(session, first, call_id="ml-9.1", agent="8002")
    found = await picture(desk)
    queues = {queue["name"]: queue for queue in found["queues"]}
    assert [
        (queues[name]["promised"], queues[name]["promised_since"])
        for name in ("repair", "service", "billing")
    ] == [(2, oldest.isoformat().replace("+00:00", "Z")), (1, None), (0, None)]
    assert (found["today"]["promised"], found["today"]["waiting"]) == (3, 1)
    assert [
        (one["number"], one["queue"], one["state"], one["agent"], one["customer"])
        for one in found["callbacks"]
    ] == [
        ("139****5672", "repair", "waiting", None, "王建国"),
        ("139****5671", "repair", "calling", "8002", ""),
        ("139****5673", "service", "waiting", None, ""),
    ]
    assert "13912345672" not in json.dumps(found)


async def test_who_chose_to_be_called_back_is_counted_apart_from_other_endings(
    desk: Pages, sqlite_database: Database
):
    wait = {"subject": f"call:{WAIT}"}
    await tell(sqlite_database, QueueLeft(**wait, at=ago(0), queue="billing", how="callback"))
    [billing] = [one for one in (await picture(desk))["queues"] if one["name"] == "billing"]
    assert (billing["called_back"], billing["other"], billing["waiting"]) == (1, 0, 0)


async def test_emergencies_and_repeats_stand_out(desk: Pages, sqlite_database: Database):
    (caller,) = (await picture(desk))["waiting"]
    assert (caller["emergency"], caller["repeats"]) == (False, 0)
    wait = {"subject": f"call:{WAIT}"}
    await tell(
        sqlite_database,
        CallUrgent(**wait, at=ago(39), fault="leak"),
        CallRepeated(**wait, at=ago(38), count=3, escalated=True),
    )
    (caller,) = (await picture(desk))["waiting"]
    assert (caller["emergency"], caller["repeats"]) == (True, 3)


async def test_agents_are_shown_with_state_and_whom_they_talk_with(desk: Pages):
    agents = {agent["number"]: agent for agent in (await picture(desk))["agents"]}
    assert {number: agent["state"] for number, agent in agents.items()} == {
        "8001": "talking",
        "8002": "ready",
        "8003": "paused",
        "8004": "closed",
    }
    assert agents["8001"]["call"] == TALK
    assert (agents["8001"]["customer"], agents["8001"]["queue"]) == ("王建国", "repair")
    assert agents["8003"]["reason"] == "break"
    assert agents["8002"]["call"] is None


async def test_calls_in_progress_tell_their_stage(desk: Pages):
    calls = {call["call"]: call["stage"] for call in (await picture(desk))["calls"]}
    assert calls == {TALK: "talking", WAIT: "waiting"}


async def test_figures_follow_the_facts_and_stay_in_balance(desk: Pages, sqlite_database: Database):
    before = (await picture(desk))["today"]
    wait = {"subject": f"call:{WAIT}"}
    await tell(
        sqlite_database,
        QueueLeft(**wait, at=ago(1), queue="billing", how="abandoned"),
        CallEnded(**wait, at=ago(1)),
    )
    found = await picture(desk)
    after = found["today"]
    assert (before["waiting"], before["abandoned"]) == (1, 0)
    assert (after["waiting"], after["abandoned"]) == (0, 1)
    assert after["offered"] == before["offered"] == 2
    assert found["sound"] == {"balanced": True, "ghosts": 0, "late": False}


async def test_facts_that_wait_to_be_read_are_told_as_late(
    desk: Pages, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("agentdesk.supervisor.board.LATE_S", -1.0)
    assert (await picture(desk))["sound"]["late"] is True


async def test_the_picture_is_free_of_any_language_and_of_the_present_moment(desk: Pages):
    assert await picture(desk) == await picture(desk)
    chinese = (await desk.get("/board/picture", language="zh-CN")).json()
    assert chinese == await picture(desk)


@pytest.mark.parametrize("path", ["/board", "/board/wall"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_pages_carry_the_picture_so_that_they_are_drawn_at_once(
    desk: Pages, path: str, language: str
):
    answer = await desk.get(path, language=language)
    assert answer.status_code == 200
    (carried,) = re.findall(r'data-picture="([^"]*)"', answer.text)
    assert json.loads(html.unescape(carried).replace("+00:00", "Z")) == await picture(desk)
    assert "<style" not in answer.text
    assert " style=" not in answer.text


async def test_an_empty_floor_is_drawn_too(empty_desk: Pages):
    assert (await empty_desk.get("/board")).status_code == 200
    found = await picture(empty_desk)
    assert (found["agents"], found["waiting"], found["calls"]) == ([], [], [])
    assert found["today"]["service_level"] is None


@pytest.mark.parametrize("path", ["/board", "/board/wall", "/board/picture"])
@pytest.mark.parametrize("role", ["agent", "quality", "dispatcher"])
async def test_only_leaders_see_the_board(desk: Pages, path: str, role: str):
    desk.sign_in(role)
    assert (await desk.get(path)).status_code == 403


def test_the_feeds_are_for_leaders_and_the_floor_is_prompt():
    floor, day = FEEDS
    assert (floor.name, floor.permission) == ("board", Permission.SEE_BOARD)
    assert floor.at_most_every_s <= 0.25
    assert (day.name, day.permission) == ("day", Permission.SEE_BOARD)


async def test_the_day_is_drawn_by_half_hour_with_handling_and_occupancy(
    desk: Pages, sqlite_database: Database
):
    talk = {"subject": f"call:{TALK}"}
    await tell(
        sqlite_database,
        AgentLeftCall(**talk, at=ago(10), agent="8001"),
        CallEnded(**talk, at=ago(10)),
    )
    found = (await desk.get("/board/day")).json()
    assert {name: sum(curves["offered"]) for name, curves in found["curves"].items()} == {
        "billing": 1,
        "repair": 1,
    }
    assert sum(found["curves"]["repair"]["answered"]) == 1
    assert found["handling"]["repair"]["calls"] == 1
    assert 69 <= found["handling"]["repair"]["aht_s"] <= 75  # a minute's talk and wrap-up so far
    assert 0 < found["occupancy"] < 1


async def test_alerts_stand_on_the_board_until_they_are_over(
    desk: Pages, sqlite_database: Database
):
    async with sqlite_database.unit_of_work() as session:
        session.add(
            Alert(measure="longest-wait", subject="queue:billing", level="bad", value=200.0,
                  limit=180.0, raised_at=ago(5), changed_at=ago(5))
        )  # fmt: skip
    (alert,) = (await picture(desk))["alerts"]
    assert (alert["measure"], alert["queue"], alert["level"]) == ("longest-wait", "billing", "bad")
    assert (alert["agent"], alert["by"]) == (None, "")
    headers = {"Sec-Fetch-Site": "same-origin"}
    path = f"/board/alerts/{alert['id']}/acknowledge"
    done = await desk.client.post(path, json={"note": "seen"}, headers=headers)
    assert done.status_code == 204
    (alert,) = (await picture(desk))["alerts"]
    assert (alert["by"], alert["note"]) == ("zhao", "seen")
    page = (await desk.get("/board/alerts", language="en")).text
    assert "Long wait" in page
    assert "3:20" in page
    assert (await desk.get("/board/alerts?since=2099-01-01")).text.count("<tr>") == 0
    async with sqlite_database.unit_of_work() as session:
        row = await session.get_one(Alert, alert["id"])
        row.cleared_at = ago(0)
    assert (await picture(desk))["alerts"] == []
    assert (await desk.client.post(path, json={}, headers=headers)).status_code == 409


async def test_the_forecast_is_read_once_a_day(desk: Pages, sqlite_database: Database):
    past = {"subject": "call:ml0123abcd-1790000000.1"}
    entered = ago(7 * 86400)
    await tell(
        sqlite_database,
        QueueEntered(**past, at=entered, queue="repair"),
        CallEnded(**past, at=entered + timedelta(seconds=5)),
    )
    feed = DayFeed()
    async with sqlite_database.reading() as session:
        expected = (await feed(session))["curves"]["repair"]["expected"]
        assert (len(expected), sum(expected)) == (48, 1.0)
    async with sqlite_database.unit_of_work() as session:
        await session.execute(delete(QueueVisit))
    async with sqlite_database.reading() as session:
        again = (await feed(session))["curves"]["repair"]
    assert (again["expected"], sum(again["offered"])) == (expected, 0)


async def test_twenty_open_boards_cost_as_one(
    desk: Pages, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    computed = 0

    async def counted(session: AsyncSession) -> Mapping[str, Any]:
        nonlocal computed
        computed += 1
        return await floor_now(session)

    live = Live(sqlite_database, [Feed("board", Permission.SEE_BOARD, counted, 0.0)])
    await live.start()
    who = Audience(agent=None)
    streams = [live.stream(who, frozenset({"board"}), None) for _ in range(20)]
    shown = [await _until(stream, lambda found: True) for stream in streams]
    before = computed
    another = {"subject": "call:ml0123abcd-1795000011.1"}
    await tell(sqlite_database, QueueEntered(**another, at=ago(1), queue="service"))
    again = [await _until(each, lambda found: found["today"]["offered"] == 3) for each in streams]
    assert all(found == again[0] for found in again)
    assert all(found["today"]["offered"] == 2 for found in shown)
    # one for each transaction that wrote something, not one for each board
    assert 1 <= computed - before < len(streams)
    await live.stop()


async def _until(
    stream: AsyncIterator[str], wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Read a stream up to the first picture that is wanted."""
    async with asyncio.timeout(60):
        async for text in stream:
            if text.startswith("event: feed.board"):
                found: dict[str, Any] = json.loads(text.split("data: ", 1)[1])
                if wanted(found):
                    return found
    raise AssertionError("the stream ended")


def test_every_route_names_its_permission():
    assert undeclared(router.routes) == []
