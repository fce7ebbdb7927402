"""Matters in the browser: raised, passed on, seen by whom they concern, and by nobody else."""

from collections.abc import AsyncIterator

import pytest

from agentdesk.matters import views
from mainline.config import Settings
from mainline.db import Database
from mainline.web import undeclared
from tests.support.clock import StandingClock
from tests.support.pages import Pages, pages

HOSTILE = "<b onmouseover=alert(1)>"
FORM = {"key": "0123456789", "summary": HOSTILE}


@pytest.fixture
async def desk(
    sqlite_database: Database, settings: Settings, clock: StandingClock
) -> AsyncIterator[Pages]:
    assert clock.at
    async with pages(settings, sqlite_database, [views.router], "agent") as opened:
        opened.sign_in("agent", name="Anna", number="8001")
        yield opened


async def test_from_the_agent_to_the_duty_manager_by_two_names(desk: Pages) -> None:
    made = await desk.post("/matters", FORM)
    where = made.headers["location"]
    assert (await desk.post("/matters", FORM)).headers["location"] == where
    page = (await desk.get(where)).text
    assert "Pass on to Duty manager" in page
    assert HOSTILE not in page
    assert (await desk.get("/matters/mine")).json() == {"open": 1, "late": 0}
    empty = await desk.post(f"{where}/pass-on", {"note": " "})
    assert (empty.status_code, "matter-words" in empty.text) == (422, True)
    assert (await desk.post(f"{where}/pass-on", {"note": "超出权限"})).status_code == 303
    assert (await desk.get("/matters/mine")).json() == {"open": 0, "late": 0}
    assert "Nothing waits for you here." in (await desk.get("/matters")).text
    assert where in (await desk.get("/matters?which=open")).text
    desk.sign_in("leader", name="陈静")
    assert (await desk.get("/matters/mine")).json() == {"open": 1, "late": 0}
    assert "Take it" in (await desk.get(where)).text
    assert (await desk.post(f"{where}/take")).status_code == 303
    assert (await desk.post(f"{where}/settle", {"note": "已致歉"})).status_code == 303
    done = (await desk.get(where, language="zh-CN")).text
    for words in ("8001 上报给：值班经理 · 超出权限", "陈静 以值班经理身份接手", "已致歉"):
        assert words in done
    assert where in (await desk.get("/matters?which=settled")).text


async def test_what_is_late_is_counted_and_seen(desk: Pages, clock: StandingClock) -> None:
    where = (await desk.post("/matters", FORM)).headers["location"]
    clock.forward(minutes=16)
    assert (await desk.get("/matters/mine")).json() == {"open": 1, "late": 1}
    assert '<span class="tag bad">' in (await desk.get(where)).text
    desk.sign_in("quality")
    assert (await desk.get("/matters")).status_code == 200
    assert (await desk.post(f"{where}/take")).status_code == 403
    desk.sign_in("field")
    assert (await desk.get("/matters")).status_code == 403
    assert (await desk.get("/matters/mine")).status_code == 403


def test_every_route_names_its_permission() -> None:
    assert undeclared(views.router.routes) == []
