"""What is owed and what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Date, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill, Payment
from mainline.db import any_of

_OPEN_FEN: Final = Bill.amount_fen - Bill.paid_fen
_ARREARS: Final = (
    select(
        Bill.account_id, func.sum(_OPEN_FEN),
        func.sum(case((Bill.due_on < bindparam("today", type_=Date()), _OPEN_FEN), else_=0)),
        func.count(),
    )
    .where(Bill.account_id.in_(any_of("accounts")), _OPEN_FEN > 0)
    .group_by(Bill.account_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrears:
    """Open bills of an account: all of them, and those past their day."""

    total_fen: int = 0
    overdue_fen: int = 0
    bills: int = 0


async def arrears(session: AsyncSession, account_id: int, *, today: date) -> Arrears:
    """What is open on the account. ``today`` is the company's date."""
    found = await arrears_of(session, [account_id], today=today)
    return found.get(account_id, Arrears())


async def arrears_of(
    session: AsyncSession, account_ids: Sequence[int], *, today: date
) -> dict[int, Arrears]:
    """The same for several accounts in one statement; accounts that owe nothing are left out."""
    rows = await session.execute(_ARREARS, {"accounts": account_ids, "today": today})
    return {account: Arrears(int(total), int(late), bills) for account, total, late, bills in rows}


async def last_bill(session: AsyncSession, account_id: int) -> Bill | None:
    """The newest bill."""
    newest = select(Bill).where(Bill.account_id == account_id)
    return await session.scalar(newest.order_by(Bill.issued_on.desc(), Bill.id.desc()).limit(1))


async def bills(session: AsyncSession, account_id: int, *, limit: int = 24) -> list[Bill]:
    """The newest bills first."""
    wanted = select(Bill).where(Bill.account_id == account_id)
    ordered = wanted.order_by(Bill.issued_on.desc(), Bill.id.desc())
    return list(await session.scalars(ordered.limit(limit)))


async def payments(session: AsyncSession, account_id: int, *, limit: int = 24) -> list[Payment]:
    """The newest payments first."""
    wanted = select(Payment).where(Payment.account_id == account_id)
    ordered = wanted.order_by(Payment.paid_at.desc(), Payment.id.desc())
    return list(await session.scalars(ordered.limit(limit)))
