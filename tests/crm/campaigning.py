"""What tests of campaigns share: a complaint, a campaign under way, calls by the machine."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns import dialling, service
from crm.campaigns.models import CampaignTask
from crm.campaigns.selection import Selection
from crm.work_orders import service as orders
from mainline.db import Database

ZONE = ZoneInfo("Asia/Shanghai")
WANG, LI = "13800008001", "13800008002"
DONE = ("take", "reply")


async def complaint(database: Database, *actions: str, key: str = "c", who: int = 1) -> str:
    async with database.unit_of_work() as session:
        order = await orders.open_work_order(
            session, type_code="complaint", key=key, by="8001", source="desk",
            account_id=who, fields={"subject": "太慢"}, zone=ZONE,
        )  # fmt: skip
        for action in actions:
            await orders.move(session, order.number, action, by="8001", note="已答复")
        return order.number


async def started(database: Database, selection: Selection, **more: object) -> int:
    async with database.unit_of_work() as session:
        row = await service.create(
            session,
            name="c",
            selection=selection,
            by="leader",
            **more,  # type: ignore[arg-type]
        )
        await service.move(session, row.id, "start", by="leader", zone=ZONE)
        return row.id


async def all_tasks(database: Database) -> list[CampaignTask]:
    async with database.reading() as session:
        return list(await session.scalars(select(CampaignTask).order_by(CampaignTask.id)))


async def within(database: Database, do: Callable[[AsyncSession], Awaitable[object]]) -> object:
    async with database.unit_of_work() as session:
        return await do(session)


class Ids:
    """Ids of calls, counted."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"ml-out.{self.made}"


async def dial(
    database: Database, at: datetime, *, busy: int = 0, ids: Ids | None = None
) -> list[str]:
    async with database.unit_of_work() as session:
        dials = await dialling.reserve(
            session, at=at, zone=ZONE, lines_busy=busy, new_call_id=ids or Ids()
        )
    return [one.number for one in dials]
