"""What was owed at a past moment."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill
from crm.billing.queries import Arrears
from mainline.audit.as_of import rows_where_as_of


async def arrears_as_of(
    session: AsyncSession, account_ids: Sequence[int], moment: datetime, *, day: date
) -> dict[int, Arrears]:
    """By account; those that owed nothing are left out. ``day`` is the company's date then."""
    found: dict[int, Arrears] = {}
    for bill in await rows_where_as_of(session, Bill.account_id, account_ids, moment):
        open_fen = bill.amount_fen - bill.paid_fen
        if open_fen > 0 and bill.issued_on <= day:
            late = open_fen if bill.due_on < day else 0
            was = found.get(bill.account_id, Arrears())
            found[bill.account_id] = Arrears(
                was.total_fen + open_fen, was.overdue_fen + late, was.bills + 1
            )
    return found
