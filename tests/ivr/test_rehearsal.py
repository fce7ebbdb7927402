"""A menu tried out: heard as it would be, and nothing of it stays."""

from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from crm.addresses.models import AddressNode
from crm.catalog import service as catalog
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.work_orders.models import WorkOrder
from ivr.menu import MenuTree
from ivr.rehearsal import Tried, rehearse
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.journal import entries_after

ANI = "13800008000"
HEAT = yaml.safe_load((PROJECT / "packs/heat/menus/main.yaml").read_text("utf-8"))


async def tried(database: Database, *keys: str, **options: Any) -> Tried:
    wanted = {"ani": "", "state": "open", **options}
    tree = MenuTree.model_validate(HEAT)
    return await rehearse(database, Settings(), tree, keys=keys, **wanted)


@pytest.fixture
async def customer(database: Database) -> None:
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs/heat")
        street = AddressNode(level="street", name_zh="兴华街", name_en="Xinghua St", path="/1/")
        session.add(street)
        await session.flush()
        home = Premise(node_id=street.id, path=street.path, address_zh="甲", address_en="A")
        person = Customer(name="李梅", language="zh")
        session.add_all([home, person])
        await session.flush()
        session.add(CustomerPhone(customer_id=person.id, number=ANI, tail="8000"))
        account = {"customer_id": person.id, "premise_id": home.id, "utility": "heat"}
        session.add(ServiceAccount(number="8001234", **account))


async def test_the_way_so_far_is_told_and_what_is_waited_for(database: Database) -> None:
    way = await tried(database, "2")
    assert [step.node for step in way.steps] == [
        "hello",
        "language",
        "who",
        "hours",
        "context",
        "main",
    ]
    assert way.steps[1].keyed == ["2"]
    assert way.steps[-1].language == "en"
    assert way.steps[-1].said[0] == "For faults and leaks, press 1."
    assert (way.waits, way.decision) == (1, None)


async def test_the_end_is_told(database: Database) -> None:
    way = await tried(database, "1", "5")
    assert way.decision is not None
    assert (way.decision.action, way.waits) == ("message", 0)


async def test_another_time_of_day_is_tried(database: Database) -> None:
    assert (await tried(database, "1", state="night")).steps[-1].node == "night"


async def test_wrong_keys_and_silence_lead_to_a_person(database: Database) -> None:
    way = await tried(database, "1", "9", "", "7")
    assert way.decision is not None
    assert (way.decision.action, way.decision.queue) == ("queue", "service")


async def test_a_fault_reported_in_a_rehearsal_opens_no_order(
    database: Database, customer: None
) -> None:
    way = await tried(database, "1", "2", "1", "1", "1", "1", ani=ANI)
    assert "fault" in [step.node for step in way.steps]
    assert any("单号" in text or "工单" in text for step in way.steps for text in step.said)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrder)) == 0
        kinds = {entry.event.kind for entry in await entries_after(session, 0)}
    assert kinds == {"definition.published"}
