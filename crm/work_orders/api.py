"""``/api/work-orders``: open, find, look at, move on."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.privacy import service as privacy
from crm.privacy.reading import Reads
from crm.privacy.schemas import UnmaskAsk, UnmaskedRead
from crm.work_orders import fees, queries, service
from crm.work_orders.handling import handle, possible
from crm.work_orders.models import WorkOrder
from crm.work_orders.past import open_as_of
from crm.work_orders.queries import Filter
from crm.work_orders.schemas import (
    Fees,
    WorkOrderAct,
    WorkOrderDetail,
    WorkOrderOpen,
    WorkOrderRead,
)
from mainline.clock import now
from mainline.ids import customer_subject, order_subject
from mainline.permissions import Permission
from mainline.web import (
    Config,
    Page,
    Principal,
    ReadSession,
    Who,
    WriteSession,
    allow,
    cursor,
    last_line,
)

router = APIRouter(prefix="/work-orders", tags=["work orders"])
_SEE = [allow(Permission.SEE_WORK_ORDERS)]
Word = Annotated[str | None, Query(max_length=64)]


@router.get("", dependencies=_SEE)
async def list_work_orders(
    session: ReadSession,
    who: Who,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    step: Word = None,
    type_code: Annotated[str | None, Query(alias="type", max_length=32)] = None,
    team: Word = None,
    owner: Word = None,
    urgency: Word = None,
    customer: Annotated[int | None, Query(ge=1)] = None,
    call: Word = None,
    overdue: bool = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=300)] = None,
) -> Page[WorkOrderRead]:
    """Work orders, the newest first."""
    late = now() if overdue else None
    wanted = Filter(is_open, step, type_code, team, owner, urgency, customer, call, late)
    found = await queries.find(session, wanted, limit=limit, before=last_line(after, int))
    more = cursor(found[-1].opened_at.isoformat(), found[-1].id) if len(found) == limit else None
    return Page(items=[WorkOrderRead.of(one, who.sees) for one in found], next=more)


@router.post("", status_code=201, dependencies=[allow(Permission.OPEN_WORK_ORDERS)])
async def open_work_order(
    body: WorkOrderOpen, session: WriteSession, who: Who, config: Config
) -> WorkOrderDetail:
    """Open an order; the same key again gives the same order."""
    order = await service.open_work_order(
        session,
        type_code=body.type,
        key=f"api:{body.key}",
        by=_name(who),
        source="api",
        zone=config.zone,
        **body.model_dump(exclude={"type", "key"}),
    )
    return await _detail(session, order, who)


@router.get("/open", dependencies=_SEE)
async def list_open_as_of(
    session: ReadSession, who: Who, reads: Reads, customer: Annotated[int, Query(ge=1)],
    as_of: AwareDatetime,
) -> Page[WorkOrderRead]:  # fmt: skip
    """A customer's orders that were open at that moment, as they stood then."""
    await reads.opens(customer_subject(customer))
    found = await open_as_of(session, [customer], as_of)
    return Page(items=[WorkOrderRead.of(one, who.sees) for one in found])


@router.get("/{number}", dependencies=_SEE)
async def read_work_order(number: str, session: ReadSession, who: Who) -> WorkOrderDetail:
    """One order with its history."""
    return await _detail(session, await service.by_number(session, number), who)


@router.post("/{number}/unmask", status_code=201, dependencies=[*_SEE, allow(Permission.UNMASK)])
async def unmask_work_order(
    number: str, body: UnmaskAsk, session: WriteSession, who: Who
) -> UnmaskedRead:
    """Take the masks off this order for a short time; who, when and why is a fact."""
    subject = order_subject((await service.by_number(session, number)).id)
    row = await privacy.unmask(session, who, subject, **body.model_dump())
    return UnmaskedRead.of(row, who.sees)


@router.post("/{number}/moves", dependencies=[allow(Permission.MOVE_WORK_ORDERS)])
async def move_work_order(
    number: str, body: WorkOrderAct, session: WriteSession, who: Who
) -> WorkOrderDetail:
    """Do something with an order that may be done as it stands."""
    order = await handle(
        session, number, body.action, entered_by=_name(who), on_behalf_of=body.on_behalf_of,
        note=body.note, to=body.to, fields=body.fields, roles=who.roles,
    )  # fmt: skip
    return await _detail(session, order, who)


@router.post("/{number}/fees", dependencies=[allow(Permission.MOVE_WORK_ORDERS)])
async def charge_work_order(
    number: str, body: Fees, session: WriteSession, who: Who
) -> WorkOrderDetail:
    """So many of each fee line of its type, instead of those of before."""
    await fees.charge(session, number, body.quantities, by=_name(who))
    return await _detail(session, await service.by_number(session, number), who)


async def _detail(session: AsyncSession, order: WorkOrder, who: Principal) -> WorkOrderDetail:
    types = await catalog.work_order_types(session, order.type_version)
    moves = await queries.moves(session, order.id)
    can = await possible(session, order)
    sees = await privacy.eyes(session, who, order_subject(order.id))
    return WorkOrderDetail.told(
        order, types.body, moves, can, await fees.fees_of(session, order.id), at=now(), sees=sees
    )


def _name(who: Principal) -> str:
    return who.agent_number or who.name
