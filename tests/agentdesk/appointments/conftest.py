"""A company with two places each half-day, and an order to be visited."""

import pytest

from crm.appointments import service
from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog import service as catalog
from crm.work_orders import service as orders
from mainline.config import PROJECT, Settings
from mainline.db import Database
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

HOSTILE = "<b onmouseover=alert(1)>"


@pytest.fixture
async def order(sqlite_database: Database, settings: Settings, clock: StandingClock) -> str:
    """Somebody with a strange name lives where the branch Hunhe serves; it is Monday, ten."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await service.install(session, PROJECT / "packs" / "heat")
        home = await premise(session, await place(session, "浑南区", "河畔街"), "1号楼")
        await customer(session, HOSTILE, "13800008001", accounts={"100001": home})
        branch = ServiceArea(code="hunhe", kind="branch", name_zh="浑河", name_en="Hunhe")
        session.add(branch)
        await session.flush()
        session.add(AreaPremise(premise_id=home.id, area_id=branch.id))
        opened = await orders.open_work_order(
            session, type_code="air_vent", key="k", by="8001", source="desk", account_id=1,
            zone=settings.zone,
        )  # fmt: skip
        return opened.number
