import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from agentdesk.supervisor.feeds import FEEDS, BoardFeed
from agentdesk.supervisor.views import router
from mainline.db import Database
from mainline.journal.call_events import (
    CallEnded,
    CallRepeated,
    CallUrgent,
    QueueEntered,
    QueueLeft,
)
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


def test_the_feed_is_for_leaders_and_prompt():
    (feed,) = FEEDS
    assert (feed.name, feed.permission) == ("board", Permission.SEE_BOARD)
    assert feed.at_most_every_s <= 0.25


async def test_the_feeds_picture_is_the_pages_and_its_curve_catches_up(
    desk: Pages, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    feed = BoardFeed()

    async def offered() -> tuple[int, int]:
        async with sqlite_database.reading() as session:
            found = await feed(session)
        return found["today"]["offered"], sum(found["curve"]["offered"])

    assert await offered() == (2, 2)
    another = {"subject": "call:ml0123abcd-1795000011.1"}
    await tell(sqlite_database, QueueEntered(**another, at=ago(1), queue="service"))
    assert await offered() == (3, 2)
    monkeypatch.setattr("agentdesk.supervisor.feeds.CURVE_EVERY", timedelta(0))
    assert await offered() == (3, 3)


def test_every_route_names_its_permission():
    assert undeclared(router.routes) == []
