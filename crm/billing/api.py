"""``/api/accounts/{id}/bills``: what was charged and paid; read-only."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from crm.billing import queries
from crm.customers.models import ServiceAccount
from mainline.clock import now
from mainline.errors import NotFound
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, allow

router = APIRouter(
    prefix="/accounts", tags=["accounts"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)


class BillRead(BaseModel):
    """A bill."""

    model_config = ConfigDict(from_attributes=True)

    period: str
    issued_on: date
    due_on: date
    amount_fen: int
    paid_fen: int


class PaymentRead(BaseModel):
    """A payment."""

    model_config = ConfigDict(from_attributes=True)

    paid_at: datetime
    amount_fen: int
    channel: str


class BillsRead(BaseModel):
    """What is owed on an account, its newest bills and payments."""

    total_fen: int
    overdue_fen: int
    items: list[BillRead]
    payments: list[PaymentRead]
    next: None = None


@router.get("/{account_id}/bills")
async def read_bills(account_id: int, session: ReadSession, config: Config) -> BillsRead:
    """The account's money."""
    if await session.get(ServiceAccount, account_id) is None:
        raise NotFound("account")
    owed = await queries.arrears(session, account_id, today=now().astimezone(config.zone).date())
    bills = await queries.bills(session, account_id)
    payments = await queries.payments(session, account_id)
    return BillsRead(
        total_fen=owed.total_fen,
        overdue_fen=owed.overdue_fen,
        items=[BillRead.model_validate(one) for one in bills],
        payments=[PaymentRead.model_validate(one) for one in payments],
    )
