"""The floor read on both databases; what it shows is told by test_board."""

from agentdesk.supervisor.board import picture, read_floor
from crm.catalog import service as catalog
from crm.customers.models import Customer
from crm.interactions.day import read_day
from crm.staff.models import User
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.supervisor.conftest import WAIT, floor, tell


async def test_the_floor_is_the_same_whatever_the_database(database: Database, settings: Settings):
    async with database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        session.add(Customer(id=5, name="王建国"))
        session.add(
            User(login="li", name="李娜", password_hash="x", roles=["agent"], agent_number="8001")
        )
    await tell(database, *floor())
    async with database.reading() as session:
        found = picture(await read_floor(session, settings.zone))
        day = await read_day(session, now(), settings.zone)
    assert found["today"]["offered"] == 2
    assert found["today"]["service_level"] == 1.0
    assert [caller["call"] for caller in found["waiting"]] == [WAIT]
    assert [(agent["number"], agent["customer"]) for agent in found["agents"]] == [
        ("8001", "王建国")
    ]
    assert day.counted.total() == 2
    assert day.handling["repair"].calls == 1
    assert found["sound"] == {"balanced": True, "ghosts": 0, "late": False}
