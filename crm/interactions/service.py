"""What people do with calls and messages."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import checked
from crm.interactions.models import Disposition, VoiceMessage
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import CallDisposed

NOTES_CHARS_MAX: Final = 4000
CALL_ID_CHARS_MAX: Final = 64


class AlreadyTaken(MainlineError):
    """Somebody else takes care of it."""

    code = "already-taken"
    words = Text("Somebody else is taking care of this message.")


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


async def take_message(session: AsyncSession, message_id: int, *, by: str) -> VoiceMessage:
    """Take care of a message; refused when somebody else does."""
    message = await _message(session, message_id)
    if message.state != "new" and message.owner != by:
        raise AlreadyTaken
    message.state, message.owner = "taken", by
    return message


async def finish_message(session: AsyncSession, message_id: int, *, by: str) -> VoiceMessage:
    """The caller has got an answer."""
    message = await take_message(session, message_id, by=by)
    message.state, message.done_at = "done", now()
    return message


async def _message(session: AsyncSession, message_id: int) -> VoiceMessage:
    wanted = select(VoiceMessage).where(VoiceMessage.id == message_id).with_for_update()
    message = await session.scalar(wanted)
    if message is None:
        raise NotFound("message")
    return message
