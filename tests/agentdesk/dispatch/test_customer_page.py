"""What the telephone took and proved is seen by people."""

from collections.abc import AsyncIterator

import pytest

from agentdesk.dispatch import views
from agentdesk.panels.caller import proof
from crm.addresses.models import AddressNode
from crm.billing import readings
from crm.billing.models import Meter
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from ivr.plan import install
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import CallerNotVerified, CallerVerified
from tests.support.pages import Pages, pages


@pytest.fixture
async def shop(sqlite_database: Database, settings: Settings) -> None:
    """A shop whose reading of today cannot be true."""
    async with sqlite_database.unit_of_work() as session:
        await install(session, settings.pack_dir)
        await readings.install(session, settings.pack_dir)
        street = AddressNode(level="street", name_zh="兴华街", name_en="Xinghua St", path="/1/")
        owner = Customer(name="小吃店", customer_class="commercial")
        session.add_all([street, owner])
        await session.flush()
        home = Premise(node_id=street.id, path="/1/", address_zh="兴华街1号", address_en="1")
        session.add(home)
        await session.flush()
        account = ServiceAccount(number="10000011", customer_id=owner.id, premise_id=home.id,
                                 utility="heat")  # fmt: skip
        session.add_all([
            account,
            CustomerPhone(customer_id=owner.id, number="02486005678", tail="5678",
                          confirmed=False),
        ])  # fmt: skip
        await session.flush()
        meter = Meter(account_id=account.id, number="M10000011", unit="kwh", digits=6)
        session.add(meter)
        await session.flush()
        for value in (1000, 700):
            await readings.take(
                session, meter_id=meter.id, value=value, source="ivr", key=f"ivr:{value}",
                by="ivr", zone=settings.zone,
            )  # fmt: skip


@pytest.fixture
async def people(shop: None, sqlite_database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with pages(settings, sqlite_database, [views.router], "dispatcher") as opened:
        yield opened


async def test_a_reading_to_be_checked_is_seen_with_its_meter_and_source(people: Pages) -> None:
    page = (await people.get("/customers/1")).text
    for words in ("M10000011", ">700<", "kWh", "by keypad", "to be checked", "not confirmed"):
        assert words in page
    chinese = (await people.get("/customers/1", language="zh-CN")).text
    for words in ("千瓦时", "电话自助", "待复核", "未确认"):
        assert words in chinese


async def test_prices_and_rules_are_those_of_the_customers_class(people: Pages) -> None:
    page = (await people.get("/customers/1")).text
    assert "<summary>Our prices</summary>" in page
    assert "Businesses are charged 32 yuan" in page
    assert "Homes are charged 26 yuan" not in page


_NUMBER = CallerVerified(subject="call:1", how="number", customer_id=1)
_KEYED = CallerVerified(subject="call:1", how="keyed", customer_id=1)
_REFUSED = CallerNotVerified(subject="call:1", customer_id=1, attempts=3)


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ([], ""),
        ([_NUMBER], "number"),
        ([_KEYED], "keyed"),
        ([_REFUSED], "refused"),
        ([_REFUSED, _KEYED], "keyed"),
        ([_KEYED, _REFUSED], "refused"),
    ],
)
def test_the_last_check_of_a_caller_counts(events: list[Event], shown: str) -> None:
    assert proof(events) == shown
