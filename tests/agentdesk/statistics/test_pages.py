"""The statistics of orders as a page: figures, the orders behind them, a table."""

from collections.abc import AsyncIterator

import pytest

from agentdesk.statistics import views
from crm.catalog import service as catalog
from crm.statistics import api
from crm.work_orders.service import open_work_order
from mainline.config import Settings
from mainline.db import Database
from tests.support.pages import Pages, pages

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
