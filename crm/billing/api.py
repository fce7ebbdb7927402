"""``/api/accounts/{id}/bills`` and ``/readings``: what was charged, paid and used; read-only."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from crm.billing import queries
from crm.billing.readings import meters
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


class ReadingRead(BaseModel):
    """What a meter showed."""

    model_config = ConfigDict(from_attributes=True)

    read_at: datetime
    value: int
    source: str
    state: str
    call_id: str | None


class MeterRead(BaseModel):
    """A meter and its newest readings."""

    number: str
    unit: str
    digits: int
    readings: list[ReadingRead]


class MetersRead(BaseModel):
    """The meters of an account."""

    items: list[MeterRead]
    next: None = None


@router.get("/{account_id}/readings")
async def read_readings(account_id: int, session: ReadSession) -> MetersRead:
    """The account's meters."""
    if await session.get(ServiceAccount, account_id) is None:
        raise NotFound("account")
    found = await meters(session, [account_id])
    return MetersRead(
        items=[
            MeterRead(
                number=view.meter.number,
                unit=view.meter.unit,
                digits=view.meter.digits,
                readings=[ReadingRead.model_validate(one) for one in view.readings],
            )
            for view in found.get(account_id, ())
        ]
    )


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
