"""``POST /api/work-orders/{number}/call``: field staff and customer talk, neither sees a number."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from crm.campaigns import at_home
from crm.work_orders import service as orders
from crm.work_orders.noting import note
from mainline.db import Database
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import CallerIdentified
from mainline.permissions import Permission
from mainline.web import Config, Who, allow

router = APIRouter(prefix="/work-orders", tags=["work orders"])


class CallAsk(BaseModel):
    """The telephone of whoever is on the way."""

    model_config = ConfigDict(extra="forbid")

    staff_number: str = Field(min_length=3, max_length=32)


class CallPlacedRead(BaseModel):
    """The call, as it will stand in the call list."""

    call_id: str


@router.post("/{number}/call", status_code=202, dependencies=[allow(Permission.MOVE_WORK_ORDERS)])
async def call_customer(
    number: str, body: CallAsk, request: Request, who: Who, config: Config
) -> CallPlacedRead:
    """Ring the staff's telephone, then the customer's; both see the company's number only.

    The call is recorded and stands in the order's history.
    """
    database: Database = request.app.state.database
    async with database.reading() as session:
        order = await orders.by_number(session, number)
        ends = await at_home.both_ends(
            session, order, body.staff_number, area_code=config.home_area_code
        )
    call_id = await request.app.state.switchboard.meet(ends.staff, ends.customer)
    async with database.unit_of_work() as session:
        order = await orders.by_number(session, number, lock=True)
        by = who.agent_number or who.name
        await note(session, order, "call", by=by, text=call_id, call_id=call_id)
        if order.customer_id is not None:
            known = CallerIdentified(
                subject=call_subject(call_id), how="choice", customer_id=order.customer_id,
                account_id=order.account_id, candidates=1,
            )  # fmt: skip
            await append(session, known)
    return CallPlacedRead(call_id=call_id)
