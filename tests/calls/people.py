"""The customers of the scenarios: a small street of our own, apart from the demo town."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.billing import readings
from crm.billing.models import Bill, Meter, MeterReading
from crm.customers.identity import FAILURES_MAX
from crm.customers.models import (
    Customer,
    CustomerPhone,
    IdentityFailure,
    Premise,
    ServiceAccount,
)
from crm.life_cycle.queries import life_cycle
from crm.outages.models import Outage
from crm.staff.models import User
from mainline import definitions
from mainline.clock import now

KNOWN = tuple(f"139222200{house:02}" for house in (1, *range(11, 18)))
"""Each a customer of its own by the same name: what one scenario does is no other's story."""
TWO_PREMISES = "13922220002"
RESTRICTED = "13922220003"
PRIORITY = ("13922220004", "13922220024", "13922220034")
ENGLISH = "13922220005"
WITHOUT_SUPPLY = "13922220006"
DEBTOR = "13922220007"
UNSURE = "13922220021"
"""Registered, but nobody has confirmed it; somebody has been guessing."""
METERED = "13922220022"
TWO_HOMES = "13922220023"

_FAR = datetime(2099, 1, 1, tzinfo=UTC)


async def settle(session: AsyncSession) -> None:
    """Everybody moves in, and the agents have telephones on their desks."""
    await session.execute(update(User).values(station="phone"))
    hours = {"begins": "00:00", "ends": "24:00"}
    rules = await definitions.draft(session, "callbacks", "company", hours, author="test")
    await definitions.publish(session, "callbacks", "company", rules.version, by="test")
    street = await _street(session, "测试街", "Test Street")
    dark = await _street(session, "停供街", "Cold Street")
    for number in KNOWN:
        known = await _customer(session, "王一", number)
        account = await _account(session, known, street, int(number[-2:]))
        session.add(
            Bill(
                account_id=account.id,
                period="2026",
                issued_on=date(2026, 10, 15),
                due_on=_FAR.date(),
                amount_fen=12345,
            )
        )
    two = await _customer(session, "李二", TWO_PREMISES)
    await _account(session, two, street, 2)
    await _account(session, two, street, 3)
    await _customer(session, "赵三", RESTRICTED, restricted=True)
    for number in PRIORITY:
        first = await _customer(session, "钱四", number, priority=80)
        await _account(session, first, street, int(number[-2:]))
    english = await _customer(session, "Smith", ENGLISH, language="en")
    await _account(session, english, street, 5)
    unsure = await _customer(session, "周七", UNSURE, confirmed=False)
    await _account(session, unsure, street, 7)
    session.add_all(
        IdentityFailure(customer_id=unsure.id, at=now()) for _ in range(FAILURES_MAX - 1)
    )
    metered = await _account(session, await _customer(session, "吴八", METERED), street, 8)
    await _meter(session, metered, 1000, 400)
    two = await _customer(session, "郑九", TWO_HOMES)
    for house in (9, 10):
        await _account(session, two, street, house)
    await _season_in(session, timedelta(days=60))
    debtor = await _account(session, await _customer(session, "周七", DEBTOR), street, 37)
    session.add(
        Bill(
            account_id=debtor.id,
            period="2025",
            issued_on=date(2025, 10, 15),
            due_on=date(2025, 12, 31),
            amount_fen=23450,
        )
    )
    cold = await _customer(session, "孙六", WITHOUT_SUPPLY)
    await _account(session, cold, dark, 6)
    session.add(
        Outage(
            area_id=dark.id,
            kind="fault",
            text_zh="停供街正在抢修。",
            text_en="Repairs in Cold Street.",
            began_at=now() - timedelta(hours=1),
            expected_end_at=_FAR,
        )
    )


async def _street(session: AsyncSession, zh: str, en: str) -> AddressNode:
    node = AddressNode(level="street", name_zh=zh, name_en=en, path="")
    session.add(node)
    await session.flush()
    node.path = f"/{node.id}/"
    return node


async def _customer(
    session: AsyncSession,
    name: str,
    *numbers: str,
    priority: int = 0,
    restricted: bool = False,
    language: str = "zh",
    confirmed: bool = True,
) -> Customer:
    customer = Customer(name=name, priority=priority, restricted=restricted, language=language)
    session.add(customer)
    await session.flush()
    session.add_all(
        CustomerPhone(customer_id=customer.id, number=number, tail=number[-4:], confirmed=confirmed)
        for number in numbers
    )
    return customer


async def _account(
    session: AsyncSession, customer: Customer, street: AddressNode, house: int
) -> ServiceAccount:
    premise = Premise(
        node_id=street.id,
        path=street.path,
        address_zh=f"{street.name_zh}小区{house}号楼101室",
        address_en=f"101, {house} {street.name_en}",
    )
    session.add(premise)
    await session.flush()
    account = ServiceAccount(
        number=f"99000000{house:02}",
        customer_id=customer.id,
        premise_id=premise.id,
        utility="heat",
    )
    session.add(account)
    await session.flush()
    return account


async def _meter(session: AsyncSession, account: ServiceAccount, *values: int) -> None:
    """A meter read every thirty days, the newest reading first."""
    meter = Meter(account_id=account.id, number=f"M{account.number}", unit="kwh", digits=6)
    session.add(meter)
    await session.flush()
    session.add_all(
        MeterReading(
            meter_id=meter.id,
            read_at=now() - timedelta(days=30 * age),
            value=value,
            source="round",
            state="accepted",
            key=f"round:{meter.number}:{age}",
        )
        for age, value in enumerate(values, start=1)
    )


async def _season_in(session: AsyncSession, begins_in: timedelta) -> None:
    """The heating season begins so soon, whatever day it is."""
    begins = now().date() + begins_in
    first, last = f"{begins:%m-%d}", f"{begins + timedelta(days=100):%m-%d}"
    rules = (await readings.rules(session)).model_dump(mode="json")
    rules["suspension"] |= {"season_begins": first, "season_ends": last}
    cycle = await life_cycle(session)
    assert cycle is not None
    requests = cycle.model_dump(mode="json") | {"season": {"begins": first, "ends": last}}
    for kind, body in (("self_service", rules), ("life_cycle", requests)):
        made = await definitions.draft(session, kind, "company", body, author="test")
        await definitions.publish(session, kind, "company", made.version, by="test")
