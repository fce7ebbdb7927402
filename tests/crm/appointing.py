"""What tests of appointments share: an order, a time for it, what the books say of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import entries_after
from tests.crm.calls import take_in

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
HEAT = PROJECT / "packs" / "heat"


async def order(database: Database, key: str = "1", type_code: str = "air_vent") -> str:
    async with database.unit_of_work() as session:
        opened = await orders.open_work_order(
            session, type_code=type_code, key=key, by="8001", source="desk", account_id=1,
            fields={"subject": "x"}, zone=ZONE,
        )  # fmt: skip
        return opened.number


async def booked(
    database: Database, number: str, day: date = TUESDAY, slot: str = "am", **more: str
) -> int:
    async with database.unit_of_work() as session:
        return (await service.book(session, number, day, slot, by="8001", zone=ZONE, **more)).id


async def act(database: Database, number: str, *actions: str) -> None:
    for action in actions:
        async with database.unit_of_work() as session:
            await orders.move(session, number, action, by="crew", note="好了")
    await take_in(database, consumer="appointments")


async def row(database: Database, appointment_id: int) -> Appointment:
    async with database.reading() as session:
        return await service.by_id(session, appointment_id)


async def lines(database: Database, number: str) -> list[tuple[str, str]]:
    async with database.reading() as session:
        found = await orders.by_number(session, number)
        moves = await order_queries.moves(session, found.id)
    return [(one.action, one.note) for one in moves]


async def facts(database: Database, appointment_id: int) -> list[str]:
    async with database.reading() as session:
        told = await entries_after(session, 0, subject=f"appointment:{appointment_id}")
    return [entry.event.kind for entry in told]


async def free(database: Database, number: str, day: date) -> list[tuple[str, int]]:
    async with database.reading() as session:
        allowed = await service.rules(session)
        pool = await queries.pool_of(session, allowed, await orders.by_number(session, number))
        assert pool is not None
        at = datetime(2026, 11, 23, 10, tzinfo=ZONE)
        offers = await queries.free(session, allowed, pool, at=at, zone=ZONE)
    return [(one.slot.code, one.free) for one in offers[(day - date(2026, 11, 23)).days]]
