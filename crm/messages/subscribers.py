"""A message that was left becomes a task; a promised call tells its caller, or does not."""

from typing import Final, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.events import CallbackEnded
from crm.messages import service
from crm.messages.events import MessageUnreached, message_subject
from mainline.config import Settings
from mainline.ids import call_of
from mainline.journal import Event, Handler, append, entries_after
from mainline.journal.call_events import CallerIdentified, MenuVisited, MessageLeft

CONSUMER: Final = "messages"
CALL_ID_CHARS_MAX: Final = 64
FACTS_MAX: Final = 500


async def on_left(session: AsyncSession, event: Event) -> None:
    """Whose task it is depends on the way the caller came."""
    left = cast(MessageLeft, event)
    call_id = call_of(left.subject)
    if len(call_id) > CALL_ID_CHARS_MAX:
        return
    told = [entry.event for entry in await entries_after(
        session, 0, limit=FACTS_MAX, subject=left.subject)]  # fmt: skip
    known = [each.customer_id for each in told if isinstance(each, CallerIdentified)]
    await service.open_message(
        session,
        call_id=call_id,
        file=left.file,
        left_at=left.at,
        path=[each.node for each in told if isinstance(each, MenuVisited)],
        customer_id=next((each for each in reversed(known) if each is not None), None),
        zone=Settings().zone,
    )


async def on_callback_ended(session: AsyncSession, event: Event) -> None:
    """Told by whoever called and talked with them; else the message goes back on the list."""
    ended = cast(CallbackEnded, event)
    callback_id = int(ended.subject.rpartition(":")[2])
    if ended.how == "done":
        await service.told_by_callback(session, callback_id, by=ended.agent)
        return
    for message in await service.unreached(session, callback_id):
        subject = message_subject(message.id)
        await append(session, MessageUnreached(subject=subject, callback_id=callback_id))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {"message.left": on_left, "callback.ended": on_callback_ended}
}
