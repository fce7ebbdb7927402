"""Pairs side by side, as a page."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from agentdesk.dispatch import views as dispatch
from agentdesk.duplicates import views
from crm.customers.models import Customer
from mainline.config import Settings
from mainline.db import Database
from tests.crm.town import customer
from tests.support.pages import Pages, pages

HOSTILE = "<b onmouseover=alert(1)>"


@pytest.fixture
async def leader(sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with sqlite_database.unit_of_work() as session:
        await customer(session, HOSTILE, "13800008000")
        await customer(session, HOSTILE, "13800008000", "13800008001")
    routers = [dispatch.router, views.router]
    async with pages(settings, sqlite_database, routers, "leader") as opened:
        yield opened


async def merged(database: Database) -> list[int | None]:
    async with database.reading() as session:
        rows = await session.scalars(select(Customer.merged_into_id).order_by(Customer.id))
        return list(rows)


async def test_a_pair_is_merged_by_its_key_and_undone(
    leader: Pages, sqlite_database: Database
) -> None:
    page = await leader.get("/customers/duplicates")
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert "Same name" in page.text
    assert "95 %" in page.text
    for key in ("1", "2", "0"):
        assert f'data-key="{key}"' in page.text
    fields = {"what": "customer", "kept": "2", "other": "1", "verdict": "merged"}
    assert (await leader.post("/customers/duplicates", fields)).status_code == 303
    assert await merged(sqlite_database) == [2, None]
    moved = await leader.get("/customers/1")
    assert (moved.status_code, moved.headers["location"]) == (303, "/customers/2")
    told = await leader.get("/customers/duplicates", language="zh")
    assert "没有疑似重复的档案。" in told.text
    assert 'data-key="u"' in told.text
    undone = await leader.post("/customers/duplicates/1/undo", {"what": "customer"})
    assert undone.status_code == 303
    assert await merged(sqlite_database) == [None, None]
    assert "Undone by chen" in (await leader.get("/customers/duplicates")).text


async def test_who_comes_too_late_is_told_and_nothing_changes(
    leader: Pages, sqlite_database: Database
) -> None:
    fields = {"what": "customer", "kept": "1", "other": "2", "verdict": "apart"}
    assert (await leader.post("/customers/duplicates", fields)).status_code == 303
    late = await leader.post("/customers/duplicates", fields | {"verdict": "merged"})
    assert late.status_code == 409
    assert "decided already" in late.text
    assert await merged(sqlite_database) == [None, None]


async def test_it_is_for_who_may_edit_customers(leader: Pages) -> None:
    assert "/customers/duplicates" in (await leader.get("/customers")).text
    assert (await leader.get("/customers/duplicates?what=premise")).status_code == 200
    assert (await leader.get("/customers/duplicates?what=street")).status_code == 422
    leader.sign_in("agent", number="8001")
    assert (await leader.get("/customers/duplicates")).status_code == 403
    assert "/customers/duplicates" not in (await leader.get("/customers")).text
