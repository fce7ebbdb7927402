"""What people do with messages: take, sort, settle, tell. Every step leaves a fact."""

from datetime import datetime
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service as callbacks
from crm.interactions.models import Interaction
from crm.messages.events import (
    MessageLinked,
    MessageOpened,
    MessageSettled,
    MessageSorted,
    MessageTaken,
    MessageTold,
    message_subject,
)
from crm.messages.kinds import MESSAGE_RULES
from crm.messages.models import VoiceMessage
from crm.messages.rules import About, MessageRules, due, rule_about, rule_for
from crm.work_orders import service as work_orders
from mainline import definitions
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

OUTCOME_CHARS_MAX: Final = 2000
TRANSCRIPT_CHARS_MAX: Final = 20_000
NOT_HEARD: Final = "-"
Telling = Literal["call-back", "self", "none"]


class AlreadyTaken(MainlineError):
    """Somebody else takes care of it."""

    code = "already-taken"
    words = Text("Somebody else is taking care of this message.")


class OutcomeNeeded(Invalid):
    """The caller is to be told something."""

    code = "outcome-needed"
    words = Text("Please write down what the caller is told.")


class NotSettled(MainlineError):
    """There is nothing to tell yet."""

    code = "not-settled"
    words = Text("Write down first what came of it.")


class NoNumber(MainlineError):
    """The caller withheld the number."""

    code = "no-number"
    status = 422
    words = Text("The caller's number is not known: nobody can be called back.")


async def rules(session: AsyncSession) -> MessageRules:
    """Whose task a message is, and until when."""
    return await definitions.rules(session, MESSAGE_RULES, MessageRules())


async def open_message(
    session: AsyncSession,
    *,
    call_id: str,
    file: str,
    left_at: datetime,
    path: list[str],
    customer_id: int | None,
    zone: ZoneInfo,
) -> VoiceMessage:
    """A message becomes somebody's task; known once, it is left alone."""
    known = select(VoiceMessage).where(VoiceMessage.call_id == call_id, VoiceMessage.file == file)
    found = cast("VoiceMessage | None", await session.scalar(known))
    if found is not None:
        return found
    body = await rules(session)
    rule = rule_for(body, path)
    message = VoiceMessage(
        call_id=call_id, file=file, left_at=left_at, about=rule.about, owner=rule.owner,
        due_at=due(body, rule, left_at, zone), customer_id=customer_id,
    )  # fmt: skip
    session.add(message)
    await session.flush()
    told = MessageOpened(
        subject=message_subject(message.id), call_id=call_id, about=rule.about, owner=rule.owner,
        due_at=message.due_at,
    )  # fmt: skip
    await append(session, told)
    return message


async def take(session: AsyncSession, message_id: int, *, by: str) -> VoiceMessage:
    """Take care of a message; refused when somebody else does."""
    message = await _locked(session, message_id)
    if message.state == "new":
        message.state = "taken"
        await _give(session, message, by, by)
    elif message.owner != by:
        raise AlreadyTaken
    return message


async def hand_over(session: AsyncSession, message_id: int, *, to: str, by: str) -> VoiceMessage:
    """Somebody else sees to it from now on."""
    message = await _locked(session, message_id)
    if message.state == "done" or not 0 < len(to.strip()) <= 64:  # noqa: PLR2004 - the column
        raise Invalid("to")
    message.state = "taken" if message.state == "new" else message.state
    await _give(session, message, to.strip(), by)
    return message


async def _give(session: AsyncSession, message: VoiceMessage, owner: str, by: str) -> None:
    message.owner = owner
    await append(session, MessageTaken(subject=message_subject(message.id), owner=owner, by=by))


async def sort(
    session: AsyncSession, message_id: int, about: About, *, by: str, zone: ZoneInfo
) -> VoiceMessage:
    """It is a complaint after all, or none: the deadline of that kind counts."""
    message = await _locked(session, message_id)
    if message.about == about or message.state == "done":
        return message
    body = await rules(session)
    message.about, rule = about, rule_about(body, about)
    message.due_at = due(body, rule, message.left_at, zone)
    subject = message_subject(message.id)
    await append(session, MessageSorted(subject=subject, about=about, due_at=message.due_at, by=by))
    return message


async def link(session: AsyncSession, message_id: int, *, work_order: str, by: str) -> VoiceMessage:
    """The order that came of it; and its customer, if the caller's was not known."""
    message = await take(session, message_id, by=by)
    order = await work_orders.by_number(session, work_order)
    message.work_order = order.number
    message.customer_id = message.customer_id or order.customer_id
    subject = message_subject(message.id)
    await append(session, MessageLinked(subject=subject, work_order=order.number, by=by))
    return message


async def settle(
    session: AsyncSession, message_id: int, *, outcome: str, tell: Telling, by: str,
    area_code: str = "",
) -> VoiceMessage:  # fmt: skip
    """Write down what came of it, and how the caller learns of it."""
    if not outcome.strip() and tell != "none":
        raise OutcomeNeeded
    message = await take(session, message_id, by=by)
    if message.state == "done":
        return message
    message.outcome, message.state = outcome.strip()[:OUTCOME_CHARS_MAX], "settled"
    if tell == "call-back":
        await _promise(session, message, by, area_code)
    subject = message_subject(message.id)
    told = MessageSettled(subject=subject, tell=tell, by=by, callback_id=message.callback_id)
    await append(session, told)
    return await _done(session, message, "waived", by) if tell == "none" else message


async def _promise(session: AsyncSession, message: VoiceMessage, by: str, area: str) -> None:
    call = await session.get(Interaction, message.call_id)
    if call is None or not call.ani:
        raise NoNumber
    promised = await callbacks.ask(
        session,
        number=call.ani,
        reason=message.outcome,
        source="message",
        language=call.language or "zh",
        customer_id=message.customer_id or call.customer_id,
        by=by,
        area_code=area,
    )
    message.callback_id, message.told = promised.id, ""


async def finish(session: AsyncSession, message_id: int, *, by: str) -> VoiceMessage:
    """The caller has got an answer."""
    message = await take(session, message_id, by=by)
    return message if message.state == "done" else await _done(session, message, "told", by)


async def tell(session: AsyncSession, message_id: int, *, by: str) -> VoiceMessage:
    """The caller was told what came of it; refused while nothing is written down."""
    message = await take(session, message_id, by=by)
    if message.state == "taken":
        raise NotSettled
    return message if message.state == "done" else await _done(session, message, "told", by)


async def _done(
    session: AsyncSession, message: VoiceMessage, how: Literal["told", "waived"], by: str
) -> VoiceMessage:
    message.state, message.told, message.done_at = "done", how, now()
    await append(session, MessageTold(subject=message_subject(message.id), how=how, by=by))
    return message


async def told_by_callback(session: AsyncSession, callback_id: int, *, by: str) -> None:
    """An agent talked with the caller in the promised call."""
    for message in await _promised(session, callback_id):
        await _done(session, message, "told", by)


async def unreached(session: AsyncSession, callback_id: int) -> list[VoiceMessage]:
    """The promised call came to nothing: the caller is still to be told."""
    found = await _promised(session, callback_id)
    for message in found:
        message.told, message.callback_id = "unreached", None
    return found


async def _promised(session: AsyncSession, callback_id: int) -> list[VoiceMessage]:
    wanted = select(VoiceMessage).where(
        VoiceMessage.callback_id == callback_id, VoiceMessage.state == "settled"
    )
    return list(await session.scalars(wanted.with_for_update()))


async def transcribed(session: AsyncSession, message_id: int, *, text: str, by: str) -> None:
    """What a model understood; it has no words for the journal."""
    message = await _locked(session, message_id)
    message.transcript, message.heard_by = text[:TRANSCRIPT_CHARS_MAX], by[:64] or NOT_HEARD


async def _locked(session: AsyncSession, message_id: int) -> VoiceMessage:
    message = await session.get(VoiceMessage, message_id, with_for_update=True)
    if message is None:
        raise NotFound("message")
    return message
