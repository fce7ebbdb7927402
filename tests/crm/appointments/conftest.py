import pytest

from crm.appointments import service
from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog import service as catalog
from mainline.db import Database
from tests.crm.appointing import HEAT
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang Fang lives where the branch Hunhe serves: two places each half-day."""
    async with database.unit_of_work() as session:
        await catalog.install(session, HEAT)
        await service.install(session, HEAT)
        home = await premise(session, await place(session, "浑南区", "河畔街"), "锦绣家园1号楼")
        await customer(session, "王芳", "13800008001", accounts={"100001": home})
        branch = ServiceArea(code="hunhe", kind="branch", name_zh="浑河", name_en="Hunhe")
        session.add(branch)
        await session.flush()
        session.add(AreaPremise(premise_id=home.id, area_id=branch.id))
    return database
