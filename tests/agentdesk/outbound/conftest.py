"""A company with one answered complaint, and an agent on duty."""

import pytest

from crm.campaigns import service
from crm.catalog import service as catalog
from crm.staff.models import AgentState
from crm.staff.service import add_user
from crm.work_orders import service as orders
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from tests.crm.calls import take_in
from tests.crm.town import customer, place, premise

HOSTILE = "<b onmouseover=alert(1)>"
NUMBER = "13800008001"


class Board:
    """Takes down whom it is asked to call."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def call_out(self, agent: str, station: str, number: str) -> str:
        self.asked.append((agent, station, number))
        return "ml-9.9"


@pytest.fixture
async def company(sqlite_database: Database, settings: Settings) -> Database:
    """Somebody with a strange name whose complaint was answered; agent 8001 is on duty."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await service.install(session)
        await add_user(
            session, login="agent1", name="agent1", password="correct horse", roles=["agent"],
            agent_number="8001", station="phone",
        )  # fmt: skip
        state = AgentState(number="8001", state="ready", word="ready", reason="", word_reason="")
        state.since = state.fact_at = now()
        state.station = "phone"
        session.add(state)
        home = await premise(session, await place(session, "和平区", "南湖街"), "1号楼")
        await customer(session, HOSTILE, NUMBER, accounts={"100001": home})
        order = await orders.open_work_order(
            session, type_code="complaint", key="k", by="8001", source="desk", account_id=1,
            fields={"subject": "慢"}, summary=HOSTILE,
        )  # fmt: skip
        for action in ("take", "reply"):
            await orders.move(session, order.number, action, by="8001", note="done")
    await take_in(sqlite_database, consumer="campaigns")
    return sqlite_database
