from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from agentdesk.outages.views import router
from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.models import CustomerPhone, ServiceAccount
from crm.demo import load_all
from crm.sense.look import look
from crm.sense.service import install
from mainline import features
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event, append_all, consume
from mainline.journal.call_events import CallerIdentified, CallOffered, MenuVisited, QueueEntered
from tests.support.pages import Pages, pages

STATION = "s-xingfu"


async def tell(database: Database, *events: Event) -> None:
    """Facts, taken in by everybody."""
    async with database.unit_of_work() as session:
        await append_all(session, events)
    for module in features.modules("subscribers"):
        for name, handlers in module.CONSUMERS.items():
            while await consume(database, consumer=name, handlers=handlers):
                pass


async def people(database: Database, station: str = STATION) -> list[tuple[int, int, str]]:
    """Who is supplied by a station: customer, account, number."""
    async with database.reading() as session:
        rows = await session.execute(
            select(ServiceAccount.customer_id, ServiceAccount.id, CustomerPhone.number)
            .join(AreaPremise, AreaPremise.premise_id == ServiceAccount.premise_id)
            .join(ServiceArea, ServiceArea.id == AreaPremise.area_id)
            .join(CustomerPhone, CustomerPhone.customer_id == ServiceAccount.customer_id)
            .where(ServiceArea.code == station)
            .order_by(ServiceAccount.id, CustomerPhone.id)
        )
        return [tuple(row) for row in rows]


def call(who: tuple[int, int, str], at: datetime) -> list[Event]:
    """Somebody calls about a fault and waits."""
    customer, account, number = who
    subject = f"call:ml0123abcd-{int(at.timestamp())}.{customer}"
    known = {"customer_id": customer, "account_id": account, "candidates": 1}
    return [
        CallOffered(subject=subject, at=at, ani=number, dnis="96777"),
        CallerIdentified(subject=subject, at=at, how="ani", **known),
        MenuVisited(subject=subject, at=at, node="repair"),
        QueueEntered(subject=subject, at=at, queue="repair"),
    ]


async def burst(database: Database, settings: Settings, station: str = STATION) -> None:
    """Six different people of a station call within three minutes, and are noticed."""
    found = {one[0]: one for one in await people(database, station)}
    for index, who in enumerate(list(found.values())[:6]):
        await tell(database, *call(who, now() - timedelta(seconds=180 - 30 * index)))
    async with database.unit_of_work() as session:
        await look(session, now(), settings.zone)


@pytest.fixture
async def town(sqlite_database: Database, settings: Settings) -> Database:
    """The demo town, with two interruptions of its own."""
    list(features.modules("kinds"))
    await load_all(sqlite_database, settings)
    async with sqlite_database.unit_of_work() as session:
        await install(session, settings.pack_dir)
    return sqlite_database


@pytest.fixture
async def leader(town: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with pages(settings, town, [router], "leader") as opened:
        opened.sign_in("leader", name="zhao", number="8100")
        yield opened
