"""Three households of a small town, and the requests of the heating pack."""

from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill, Meter
from crm.life_cycle.rules import FILE
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.definitions import content
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

WORK = {
    "code": "household_work", "name": {"zh": "户内施工", "en": "Work at a household"},
    "team": "repair", "flow": "repair", "respond_minutes": 60, "complete_minutes": 600,
}  # fmt: skip


async def rules_of_the_test(session: AsyncSession) -> None:
    """The heating pack's; every order that follows is the same simple one."""
    heat = PROJECT / "packs" / "heat"
    types, cycle = content(heat / "work_orders.yaml"), content(heat / FILE)
    types["types"].append(WORK)
    for kind in cycle["kinds"]:
        worked = kind["effect"] in {"connect", "split", "merge", "demolish", "use"}
        kind["orders"] = [{"type": "household_work"}] if worked else []
    await definitions.install(session, "work_order_types", "company", types, by="test")
    await definitions.install(session, "life_cycle", "company", cycle, by="test")


@pytest.fixture
async def company(database: Database, clock: StandingClock) -> Database:
    """王芳 with a home of 90 m² and a meter, her neighbour, and one who owes money."""
    async with database.unit_of_work() as session:
        await rules_of_the_test(session)
        unit = await place(session, "和平区", "南湖街道", "幸福小区", "3号楼", "2单元")
        for index, name in enumerate(("王芳", "李强", "赵磊"), start=1):
            room = await place(session, f"50{index}室", parent=unit)
            home = await premise(session, room, f"和平区幸福小区3号楼2单元50{index}")
            home.area_m2 = 90
            await customer(session, name, f"1380000000{index}", accounts={f"10000{index}": home})
        session.add(Meter(account_id=1, number="M1", unit="kwh", digits=5))
        session.add(Bill(
            account_id=3, period="2025", issued_on=date(2025, 11, 1), due_on=date(2025, 12, 31),
            amount_fen=5000,
        ))  # fmt: skip
    return database
