"""The statistics of orders as a page: figures, the orders behind them, a table."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from agentdesk.statistics import views
from crm.catalog import service as catalog
from crm.statistics import api
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import open_work_order
from mainline import definitions
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.support.clock import StandingClock
from tests.support.pages import Pages, pages

SHANGHAI = ZoneInfo("Asia/Shanghai")
PATH = "/statistics/work-orders"


@pytest.fixture
async def order(sqlite_database: Database, settings: Settings) -> str:
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        opened = await open_work_order(
            session, type_code="enquiry", key="k", by="a", source="desk",
            fields={"subject": "<b>when</b>"}, summary="<b>when</b>",
        )  # fmt: skip
        return opened.number


@pytest.fixture
async def dispatcher(
    sqlite_database: Database, settings: Settings, order: str
) -> AsyncIterator[Pages]:
    async with pages(settings, sqlite_database, [views.router, api.router], "dispatcher") as opened:
        yield opened


@pytest.mark.parametrize("by", ["branch", "team", "person", "type", "cause", "time"])
async def test_every_figure_leads_to_its_orders(dispatcher: Pages, order: str, by: str) -> None:
    page = await dispatcher.get(f"{PATH}?by={by}")
    assert page.status_code == 200
    link = page.text.split("<tbody>", 1)[1].split('href="', 1)[1].split('"', 1)[0]
    behind = await dispatcher.get(link.replace("&amp;", "&"))
    assert behind.status_code == 200
    assert order in behind.text
    assert "<b>when</b>" not in behind.text


async def test_page_table_and_orders_are_read_as_of_a_moment(
    clock: StandingClock, sqlite_database: Database, dispatcher: Pages, order: str
) -> None:
    then = now()
    clock.forward(seconds=60)
    async with sqlite_database.unit_of_work() as session:
        opened = await session.get_one(WorkOrder, 1)
        opened.team, opened.closed_at = "emergency", now()
        body = (await definitions.current(session, "work_order_types", "company")).source
        body["teams"] = {code: {"zh": "班", "en": f"New {code}"} for code in body["teams"]}
        made = await definitions.draft(session, "work_order_types", "company", body, author="a")
        await definitions.publish(session, "work_order_types", "company", made.version, by="a")
    days = {"first": "2026-11-01", "last": "2026-11-30"}
    local = then.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    past, present = urlencode({**days, "as_of": local}), urlencode({**days, "as_of": ""})
    for query, unfinished, told in ((past, "1", True), (present, "0", False)):
        page = (await dispatcher.get(f"{PATH}?{query}")).text
        assert ("As everything stood at 2026-11-23 10:00." in page) is told
        (row,) = (await dispatcher.get(f"{PATH}.csv?{query}")).text.splitlines()[1:]
        assert row.split(",")[:3] == ["Customer care" if told else "New emergency", "1", unfinished]
        assert ('<option value="care">New care</option>' in page) is not told
        behind = (await dispatcher.get(f"{PATH}/orders?{query}&what=unfinished")).text
        assert (order in behind) is told
    link = (await dispatcher.get(f"{PATH}?{past}")).text.partition('what=unfinished"')[0]
    assert "as_of=2026-11-23T02%3A00%3A00%2B00%3A00" in link.rpartition('href="')[2]
    for wrong in ("2026-11-24T10:00", "0001-01-01T00:00", "yesterday"):
        refused = await dispatcher.get(f"{PATH}?as_of={wrong}")
        assert (refused.status_code, '<p class="quiet">invalid</p>' in refused.text) == (422, True)


async def test_days_without_orders_and_wrong_days_are_told(dispatcher: Pages) -> None:
    empty = await dispatcher.get(f"{PATH}?first=2020-01-01&last=2020-01-31")
    assert "No order was opened in these days." in empty.text
    assert (await dispatcher.get(f"{PATH}?first=2020-02-01&last=2020-01-31")).status_code == 422
    assert (await dispatcher.get(f"{PATH}?by=moon")).status_code == 422


async def test_the_figures_are_for_leaders_dispatchers_and_quality_only(dispatcher: Pages) -> None:
    for role, status in (("leader", 200), ("quality", 200), ("agent", 403), ("field", 403)):
        dispatcher.sign_in(role)
        assert (await dispatcher.get(PATH)).status_code == status
        assert (await dispatcher.get("/statistics/work-orders.csv")).status_code == status
