"""Requests made, agreed to and worked off, as people at counters do it."""

from collections.abc import Callable
from typing import Any

from crm.catalog import service as catalog
from crm.life_cycle import queries, service
from crm.life_cycle.advance import orders
from crm.life_cycle.details import Details
from crm.life_cycle.subscribers import CONSUMER, CONSUMERS
from crm.work_orders import service as work_orders
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import consume

ZONE = Settings().zone
LEADER, DISPATCHER, ADMIN = (frozenset({role}) for role in ("leader", "dispatcher", "admin"))
PAPERS = ("identity", "form", "deed", "agreement", "notice", "survey")
Give = Callable[..., Any]


async def asked(company: Database, kind: str, account_id: int | None = 1, **more: Any) -> str:
    """A request with all its papers, made by agent 8001."""
    told = {key: more.pop(key) for key in list(more) if key in Details.model_fields}
    async with company.unit_of_work() as session:
        body = await queries.life_cycle(session)
        assert body is not None
        papers = {one.code for one in body.kind(kind).documents}
        request = await service.ask(
            session, kind=kind, key=more.pop("key", f"t:{kind}:{account_id}"), by="8001",
            details=Details(**told), zone=ZONE, account_id=account_id,
            documents=tuple(code for code in PAPERS if code in papers), **more,
        )  # fmt: skip
        return request.number


async def agree(company: Database, number: str, by: str, roles: frozenset[str]) -> str:
    async with company.unit_of_work() as session:
        request = await service.approve(session, number, by=by, roles=roles, zone=ZONE)
        return request.state


async def do_orders(company: Database, number: str) -> None:
    """All orders of a request are done, and the request reads of it."""
    async with company.unit_of_work() as session:
        types = (await catalog.work_order_types(session)).body
        for order in await orders(session, await service.by_number(session, number)):
            while order.closed_at is None and order.completed_at is None:
                ways = types.step(order.type_code, order.step).transitions
                way = next(one for one in ways if one.to != order.step)
                await work_orders.move(session, order.number, way.action, by="冯涛", note="完成")
    await consume(company, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER])


async def row(company: Database, table: type[Any], row_id: int) -> Any:
    async with company.reading() as session:
        return await session.get_one(table, row_id)
