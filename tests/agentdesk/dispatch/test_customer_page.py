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
from tests.support.clock import StandingClock
from tests.support.pages import Pages, pages


@pytest.fixture
async def shop(sqlite_database: Database, settings: Settings, clock: StandingClock) -> None:
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


async def test_the_history_stands_beside_the_customer_filtered_and_linked(people: Pages) -> None:
    page = (await people.get("/customers/1")).text
    assert page.count('class="kind-reading"') == 2
    assert page.count('class="kind-change"') == 3
    assert "M10000011 700 kWh" in page
    only = (await people.get("/customers/1?kind=reading")).text
    assert only.count('class="kind-') == only.count('class="kind-reading"') == 2
    assert 'href="?kind=reading&amp;kind=change"' in only
    assert "Nothing of this kind." in (await people.get("/customers/1?kind=bill")).text
    for bad in ("kind=secret", "after=x"):
        assert (await people.get(f"/customers/1?{bad}")).status_code == 422


async def test_the_page_is_shown_as_it_stood_on_a_day(
    people: Pages, sqlite_database: Database, clock: StandingClock
) -> None:
    async with sqlite_database.unit_of_work() as session:
        (await session.get_one(Customer, 1)).name = "旧店名"
    clock.forward(days=2)
    async with sqlite_database.unit_of_work() as session:
        (await session.get_one(Customer, 1)).name = "新店名"
    today, past = await people.get("/customers/1"), await people.get("/customers/1?day=2026-11-24")
    assert "旧店名</h1>" in past.text
    assert "新店名</h1>" in today.text
    assert "The page as it stood at the end of 2026-11-24." in past.text
    assert "The page as it stood" not in today.text
    assert 'value="-1"' in past.text
    early = (await people.get("/customers/1?day=2020-01-01")).text
    assert "This customer was not in the books yet." in early
    assert "The page as it stood" not in (await people.get("/customers/1?day=2026-99-99")).text
