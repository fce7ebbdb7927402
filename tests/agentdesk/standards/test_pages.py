"""The month as a page."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from agentdesk.standards import views
from crm.catalog import service as catalog
from crm.interactions.models import QueueVisit
from crm.standards import prepare
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.support.clock import StandingClock
from tests.support.pages import Pages, pages


@pytest.fixture
async def leader(
    sqlite_database: Database, settings: Settings, clock: StandingClock
) -> AsyncIterator[Pages]:
    assert clock.at == now()
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        for number, wait_s in enumerate((5, 42)):
            session.add(
                QueueVisit(
                    call_id=f"ml-{number}.1",
                    seq=1,
                    queue="repair",
                    entered_at=now(),
                    left_at=now() + timedelta(seconds=wait_s),
                    how="answered",
                    wait_s=wait_s,
                )
            )
    await prepare.prepare(settings, sqlite_database, lambda _: None)
    async with pages(settings, sqlite_database, [views.router], "leader") as opened:
        yield opened


async def test_every_promise_shows_number_share_and_evidence(leader: Pages) -> None:
    page = await leader.get("/standards")
    assert page.status_code == 200
    assert "50.0 %" in page.text
    assert page.text.count('href="/calls/ml-1.1"') == 2  # within 15 s by law, 20 s by the company
    assert 'href="/calls/ml-0.1"' not in page.text
    assert "10:00:42" in page.text
    assert page.text.count("still to be filled in") == 2
    assert "Fill in" not in page.text
    assert 'type="month"' in page.text
    assert 'href="?month=2026-10"' in page.text
    assert "未兑现明细" in (await leader.get("/standards?month=2026-11", language="zh")).text


async def test_the_law_of_a_month_before_it_is_not_shown(leader: Pages) -> None:
    page = await leader.get("/standards?month=2017-01")
    assert "GB/T" not in page.text
    assert "No promise was in force" in page.text
    assert (await leader.get("/standards?month=2026-13")).status_code == 422
    leader.sign_in("agent", number="8001")
    assert (await leader.get("/standards")).status_code == 403


async def test_the_month_is_read_as_of_a_moment(leader: Pages, clock: StandingClock) -> None:
    clock.forward(seconds=60)
    then = await leader.get("/standards?as_of=2026-11-23T10:00")
    assert "As of 2026-11-23 10:00." in then.text
    assert 'href="/calls/ml-1.1"' not in then.text  # it was still waiting
    assert "month=2026-11&amp;as_of=2026-11-23T10:00" in then.text
    assert 'href="/calls/ml-1.1"' in (await leader.get("/standards?as_of=")).text
    assert (await leader.get("/standards?as_of=2026-11-23T10:02")).status_code == 422
