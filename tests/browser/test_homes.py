"""A caller with twenty homes: orders and last calls stay in sight, other homes are a key away."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import select

from crm.addresses.models import AddressNode
from crm.customers.models import ServiceAccount
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified
from mainline.sip.call import Call
from mainline.sip.phone import Phone
from tests.browser.conftest import Chromium, ring_by_keys
from tests.calls.instance import Instance
from tests.crm.town import customer, premise

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
OWNER = "13977770020"
HOMES = 20
LAST = "77000019"


@pytest_asyncio.fixture(loop_scope="session")
async def owner(instance: Instance) -> AsyncIterator[Call]:
    """They call the hotline."""
    async with instance.database.unit_of_work() as session:
        where = (await session.scalars(select(AddressNode).limit(1))).one()
        homes = {f"7700{n:04}": await premise(session, where, f"平安里{n}号") for n in range(HOMES)}
        await customer(session, "平安物业", OWNER, accounts=homes)
    phone = await Phone.open(instance.trunk)
    yield await phone.call(instance.hotline, caller=OWNER, timeout_s=60)
    await phone.close()


async def test_the_other_homes_of_a_caller_are_opened_by_key_and_stay_open(
    agents: Chromium, instance: Instance, owner: Call
) -> None:
    desk = await agents.ready("agent1")
    await ring_by_keys(desk, owner)
    homes = desk.locator("#pop .account")
    await expect(homes).to_have_count(HOMES)
    await expect(homes.nth(2)).to_be_visible()
    await expect(homes.nth(3)).to_be_hidden()
    await expect(desk.locator("#pop .pair")).to_be_in_viewport()

    await desk.keyboard.press("Alt+g")
    await desk.keyboard.press("Enter")
    await expect(homes.nth(HOMES - 1)).to_be_visible()

    async with instance.database.unit_of_work() as session:
        last = (
            await session.scalars(select(ServiceAccount).where(ServiceAccount.number == LAST))
        ).one()
        told = CallerIdentified(
            subject=f"call:{await desk.get_attribute('#pop', 'data-call')}", how="keypad",
            customer_id=last.customer_id, account_id=last.id,
        )  # fmt: skip
        await append(session, told)
    await expect(homes.first).to_contain_text(LAST)  # it was drawn again
    await expect(desk.locator("#pop .more-homes > summary")).to_be_focused()
    await expect(homes.nth(HOMES - 1)).to_be_visible()
    assert agents.complaints == []
