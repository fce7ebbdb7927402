from datetime import date

import pytest

from crm.billing.models import Bill
from crm.campaigns import service
from crm.catalog import service as catalog
from mainline.config import PROJECT
from mainline.db import Database
from tests.crm.campaigning import LI, WANG
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang and Li, each with an account and a bill long overdue; ten in the morning."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        await service.install(session)
        street = await place(session, "和平区", "南湖街", "幸福小区")
        for name, number, account in (("王芳", WANG, "100001"), ("李强", LI, "100002")):
            home = await premise(session, street, f"幸福小区{account}")
            person = await customer(session, name, number, accounts={account: home})
            session.add(
                Bill(
                    account_id=person.id, period="2025", issued_on=date(2025, 10, 15),
                    due_on=date(2025, 12, 31), amount_fen=5000 * person.id,
                )
            )  # fmt: skip
    return database
