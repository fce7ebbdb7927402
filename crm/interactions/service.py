"""What people do with calls and messages."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import checked
from crm.interactions.models import Disposition
from mainline.errors import Invalid
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import CallDisposed

NOTES_CHARS_MAX: Final = 4000
CALL_ID_CHARS_MAX: Final = 64


async def dispose(
    session: AsyncSession,
    call_id: str,
    *,
    agent: str,
    reason: str,
    fields: Mapping[str, object] | None = None,
    notes: str = "",
    customer_id: int | None = None,
) -> Disposition:
    """Note what the call was about; refused while a field that the reason needs is missing.

    Doing it again corrects it.
    """
    if not 0 < len(call_id) <= CALL_ID_CHARS_MAX:
        raise Invalid("call")
    reasons = await catalog.call_reasons(session)
    values = checked(reasons.tree.leaf(reason).fields, fields or {})
    mine = select(Disposition).where(Disposition.call_id == call_id)
    row = await session.scalar(mine)
    if row is None:
        row = Disposition(call_id=call_id)
        session.add(row)
    row.agent, row.reason, row.reasons_version = agent, reason, reasons.version
    row.fields, row.notes, row.customer_id = values, notes.strip()[:NOTES_CHARS_MAX], customer_id
    await session.flush()
    await append(session, CallDisposed(subject=call_subject(call_id), agent=agent, reason=reason))
    return row
