"""What is wrong around a place is seen with its customer and with its work orders."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from agentdesk.dispatch.views import router
from crm.customers.models import ServiceAccount
from crm.sense.service import confirm
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import open_work_order
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.outages.conftest import burst, people, tell
from tests.support.pages import Pages, pages


@pytest.fixture
async def dispatcher(town: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with pages(settings, town, [router], "dispatcher") as opened:
        yield opened


async def emergency(town: Database, settings: Settings, account: int) -> str:
    """A burst pipe at the home of an account."""
    async with town.unit_of_work() as session:
        made = await open_work_order(
            session, type_code="burst", key="b", by="ivr", source="ivr", account_id=account,
            zone=settings.zone,
        )  # fmt: skip
        return made.number


async def test_a_suspicion_shows_at_the_customers_and_orders_of_the_place_and_nowhere_else(
    dispatcher: Pages, town: Database, settings: Settings
) -> None:
    customer, account, _number = (await people(town))[0]
    number = await emergency(town, settings, account)
    here, away = f"/work-orders/{number}", f"/customers/{(await people(town, 's-jinxiu'))[0][0]}"
    assert "Suspected outage" not in (await dispatcher.get(here)).text
    await burst(town, settings)
    for path in (here, f"/customers/{customer}"):
        page = (await dispatcher.get(path)).text
        assert "Suspected outage" in page
        assert "6 different callers since" in page
    page = (await dispatcher.get(away)).text
    assert "Suspected outage" not in page
    assert "Served by Hunhe branch · Jinxiu heat-exchange station" in page


async def test_the_whole_and_its_parts_lead_to_one_another(
    dispatcher: Pages, town: Database, settings: Settings
) -> None:
    _customer, account, _number = (await people(town))[0]
    await burst(town, settings)
    async with town.unit_of_work() as session:
        await confirm(session, 1, by="zhao", zone=settings.zone)
        part = await open_work_order(
            session, type_code="no_heat", key="p", by="ivr", source="ivr", account_id=account,
            zone=settings.zone,
        )  # fmt: skip
    await tell(town)
    async with town.reading() as session:
        wanted = select(WorkOrder.number).where(WorkOrder.source == "outage")
        whole = await session.scalar(wanted)
        premise = select(ServiceAccount.premise_id).where(ServiceAccount.id == account)
        assert part.premise_id == await session.scalar(premise)
    page = (await dispatcher.get(f"/work-orders/{part.number}")).text
    assert f'href="/work-orders/{whole}"' in page
    assert "The heating is off in the area of the Xingfu heat-exchange station" in page
    assert (
        f'href="/work-orders/{part.number}"' in (await dispatcher.get(f"/work-orders/{whole}")).text
    )
