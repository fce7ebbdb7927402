"""``/api/work-orders.pdf``: orders on paper."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from crm.printing.orders import BATCH_MAX, pdf
from crm.privacy import service as privacy
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import by_number
from mainline.ids import order_subject
from mainline.permissions import Permission
from mainline.web import Principal, ReadSession, Who, allow

router = APIRouter(tags=["work orders"])
_SEE: Final = [allow(Permission.SEE_WORK_ORDERS)]
OrderNumber = Annotated[str, StringConstraints(pattern=r"^[0-9-]{4,20}$")]
Numbers = Annotated[list[OrderNumber], Query(alias="number", min_length=1, max_length=BATCH_MAX)]


@router.get("/work-orders.pdf", dependencies=_SEE, response_class=Response)
async def print_work_orders(numbers: Numbers, session: ReadSession, who: Who) -> Response:
    """These orders in the company's form, each on a page of its own."""
    orders = [await by_number(session, number) for number in dict.fromkeys(numbers)]
    return await printed(session, orders, who)


async def printed(session: AsyncSession, orders: list[WorkOrder], who: Principal) -> Response:
    """The orders as this person may see them, as a PDF that the browser shows."""
    seen = [(one, await privacy.eyes(session, who, order_subject(one.id))) for one in orders]
    body = await pdf(session, seen, by=who.name)
    name = orders[0].number if len(orders) == 1 else "work-orders"
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/pdf", headers=headers)
