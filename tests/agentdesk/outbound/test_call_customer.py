"""A worker on the way is joined with the customer of an order."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from agentdesk import api
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.config import Settings
from mainline.db import Database
from tests.agentdesk.outbound.conftest import NUMBER
from tests.support.pages import Pages, pages


class Board:
    def __init__(self) -> None:
        self.met: list[tuple[str, str]] = []

    async def meet(self, staff: str, customer: str) -> str:
        self.met.append((staff, customer))
        return "ml-5.5"


@pytest.fixture
async def field(settings: Settings, company: Database) -> AsyncIterator[Pages]:
    async with pages(settings, company, [api.router], "field") as opened:
        opened.app.state.switchboard = Board()
        yield opened


async def test_the_call_is_placed_once_and_stands_in_the_order(
    field: Pages, company: Database
) -> None:
    async with company.reading() as session:
        number = (await session.scalars(select(WorkOrder.number))).one()
    path = f"/work-orders/{number}/call"
    headers = {"Sec-Fetch-Site": "same-origin"}

    async def ask(staff: str) -> int:
        body = {"staff_number": staff}
        return (await field.client.post(path, json=body, headers=headers)).status_code

    assert await ask("138 5555 0001") == 202
    assert field.app.state.switchboard.met == [("13855550001", NUMBER)]
    async with company.reading() as session:
        lines = [(one.action, one.note) for one in await session.scalars(select(WorkOrderMove))]
    assert lines[-1] == ("call", "ml-5.5")
    assert await ask("+4412345678") == 422
    assert await ask("12345") == 422
    field.sign_in("agent", number="8001")
    assert await ask("13855550001") == 403
    assert len(field.app.state.switchboard.met) == 1
