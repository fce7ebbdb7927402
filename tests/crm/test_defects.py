"""A dangerous defect: found, payment blocked, mended, payment taken again; by each pack's rules."""

from typing import Any

import pytest
from sqlalchemy import select

from crm.billing.models import PaymentBlock
from crm.catalog import service as catalog
from crm.linkage import prepare as linkage
from crm.linkage import subscribers as linkage_readers
from crm.work_orders import service
from crm.work_orders import subscribers as order_readers
from crm.work_orders.handling import handle
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import consume
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

READERS = linkage_readers.CONSUMERS | order_readers.CONSUMERS
DANGER = {"found": "danger", "defect": "管道锈蚀", "photos": ["a"]}
THERE = ("assign", "accept", "arrive")


async def go(
    database: Database, number: str, *actions: str, fields: dict[str, Any] | None = None
) -> None:
    """Each act; the last one with what is filled in."""
    for action in actions:
        given = fields if action == actions[-1] else None
        async with database.unit_of_work() as session:
            await handle(session, number, action, entered_by="冯涛", note="好", fields=given)
    for consumer in ("parts of orders", "linkage"):
        while await consume(database, consumer=consumer, handlers=READERS[consumer]):
            pass


async def opened(database: Database, type_code: str, **fields: str) -> str:
    async with database.unit_of_work() as session:
        order = await service.open_work_order(
            session, type_code=type_code, key=type_code, by="8001", source="desk", account_id=1,
            fields=fields,
        )  # fmt: skip
        return order.number


async def blocked(database: Database) -> list[bool]:
    async with database.reading() as session:
        rows = await session.scalars(select(PaymentBlock).order_by(PaymentBlock.id))
        return [row.lifted_at is None for row in rows]


@pytest.mark.parametrize("pack", ["gas", "heat", "water"])
async def test_payment_is_taken_again_when_the_defect_is_mended_and_not_for_other_work(
    database: Database, clock: StandingClock, pack: str
) -> None:
    async with database.unit_of_work() as session:
        for prepared in (catalog.install, linkage.install):
            await prepared(session, PROJECT / "packs" / pack)
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", "13800000001", accounts={"100001": home})
    inspection = await opened(database, "inspection", place="立管")
    await go(database, inspection, *THERE, "complete", fields=DANGER)
    assert await blocked(database) == [True]
    async with database.reading() as session:
        follows = (
            await session.scalars(select(WorkOrder).where(WorkOrder.source == "order"))
        ).one()
    assert (follows.type_code, follows.account_id, follows.summary) == (
        "rectification", 1, f"{inspection}: 设施巡检发现隐患",
    )  # fmt: skip
    other = await opened(database, "alteration", why="移装")
    await go(database, other, "approve", "complete")
    assert await blocked(database) == [True]
    await go(database, follows.number, *THERE, "complete", fields={"mended": "no"})
    assert await blocked(database) == [True]
    await go(database, follows.number, "reopen", *THERE, "complete", fields={"mended": "yes"})
    assert await blocked(database) == [False]
