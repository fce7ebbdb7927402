"""``/api/accounts/{id}``: bills and readings, read-only; blocks on payment."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import blocks, queries
from crm.billing.models import PaymentBlock
from crm.billing.readings import meters
from crm.customers.models import ServiceAccount
from crm.privacy.reading import Reads
from mainline.clock import now
from mainline.errors import NotFound
from mainline.ids import customer_subject
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/accounts", tags=["accounts"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)

Id = Annotated[int, Path(ge=1, le=2**53)]


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


async def _opened(session: AsyncSession, account_id: int, reads: Reads) -> None:
    """Whose account it is, is read."""
    account = await session.get(ServiceAccount, account_id)
    if account is None:
        raise NotFound("account")
    await reads.opens(customer_subject(account.customer_id))


@router.get("/{account_id}/readings")
async def read_readings(account_id: int, session: ReadSession, reads: Reads) -> MetersRead:
    """The account's meters."""
    await _opened(session, account_id, reads)
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
async def read_bills(
    account_id: int, session: ReadSession, reads: Reads, config: Config
) -> BillsRead:
    """The account's money."""
    await _opened(session, account_id, reads)
    owed = await queries.arrears(session, account_id, today=now().astimezone(config.zone).date())
    bills = await queries.bills(session, account_id)
    payments = await queries.payments(session, account_id)
    return BillsRead(
        total_fen=owed.total_fen,
        overdue_fen=owed.overdue_fen,
        items=[BillRead.model_validate(one) for one in bills],
        payments=[PaymentRead.model_validate(one) for one in payments],
    )


class BlockRead(BaseModel):
    """Why no money is taken for an account, since when, and by whom."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    reason_zh: str
    reason_en: str
    since: datetime
    by: str
    lifted_at: datetime | None
    lifted_by: str
    lift_note: str

    @classmethod
    def of(cls, row: PaymentBlock, sees: Eyes) -> "BlockRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        return found.model_copy(update=sees.texts(found, "reason_zh", "reason_en", "lift_note"))


class BlocksRead(BaseModel):
    """Whether money may be taken; ``blocks`` tells what stands in the way."""

    blocked: bool
    blocks: list[BlockRead]


class BlockWrite(BaseModel):
    """A block by hand, with its reason for both languages."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=blocks.REASON_CHARS_MAX)


class LiftWrite(BaseModel):
    """Why it is lifted."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(max_length=blocks.REASON_CHARS_MAX)


async def _blocks(session: AsyncSession, account_id: int, sees: Eyes, *, past: bool) -> BlocksRead:
    if await session.get(ServiceAccount, account_id) is None:
        raise NotFound("account")
    found = await blocks.of_account(session, account_id, past=past)
    return BlocksRead(
        blocked=any(one.lifted_at is None for one in found),
        blocks=[BlockRead.of(one, sees) for one in found],
    )


@router.get("/{account_id}/payment-blocks")
async def read_blocks(
    account_id: Id, session: ReadSession, who: Who, past: bool = False
) -> BlocksRead:
    """Ask before money is taken; with ``past`` also what was lifted."""
    return await _blocks(session, account_id, who.sees, past=past)


@router.post(
    "/{account_id}/payment-blocks", status_code=201,
    dependencies=[allow(Permission.EDIT_CUSTOMERS)],
)  # fmt: skip
async def block_payment(
    account_id: Id, body: BlockWrite, session: WriteSession, who: Who
) -> BlocksRead:
    """Let no counter take money for the account."""
    words = body.reason.strip()
    if not words:
        raise blocks.WhyNeeded
    reason = LocalizedText(zh=words, en=words)
    await blocks.block(session, account_id, reason=reason, by=_name(who))
    return await _blocks(session, account_id, who.sees, past=False)


@router.post(
    "/{account_id}/payment-blocks/{block_id}/lift",
    dependencies=[allow(Permission.EDIT_CUSTOMERS)],
)
async def lift_block(
    account_id: Id, block_id: Id, body: LiftWrite, session: WriteSession, who: Who
) -> BlocksRead:
    """Lift one block, with a reason."""
    row = await session.get(PaymentBlock, block_id)
    if row is None or row.account_id != account_id:
        raise NotFound("payment-block")
    await blocks.lift(session, block_id, by=_name(who), note=body.note)
    return await _blocks(session, account_id, who.sees, past=True)


def _name(who: Principal) -> str:
    return who.agent_number or who.name
