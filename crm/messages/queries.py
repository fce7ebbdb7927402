"""The list of messages, and one with its call and its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer
from crm.interactions.models import Interaction
from crm.messages.events import message_subject
from crm.messages.models import VoiceMessage
from mainline.errors import NotFound
from mainline.journal import Event, entries_after

Which = Literal["open", "overdue", "to-tell", "mine", "done", "all"]
FACTS_MAX = 200


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with the call in which it was left."""

    message: VoiceMessage
    call: Interaction | None
    customer_name: str

    @property
    def ani(self) -> str:
        """The caller's number; empty when it was withheld."""
        return self.call.ani if self.call else ""

    def overdue(self, at: datetime) -> bool:
        """Whether its time is over and nobody has told the caller anything."""
        due = self.message.due_at
        return self.message.state != "done" and due is not None and due < at


async def messages(
    session: AsyncSession, *, which: Which = "open", state: str | None = None, mine: str = "",
    at: datetime | None = None, limit: int = 100,
) -> list[MessageView]:  # fmt: skip
    """Messages with their calls: those that are due first stand first; done ones by their age."""
    statement = _which(_base(), which, mine, at)
    if state is not None:
        statement = statement.where(VoiceMessage.state == state)
    order = (
        (VoiceMessage.left_at.desc(),)
        if which in {"done", "all"} or state is not None
        else (VoiceMessage.due_at.is_(None), VoiceMessage.due_at, VoiceMessage.id)
    )
    rows = await session.execute(statement.order_by(*order).limit(limit))
    return [MessageView(row[0], row[1], row[2] or "") for row in rows]


def _base() -> Select[VoiceMessage, Interaction, str]:
    return (
        select(VoiceMessage, Interaction, Customer.name)
        .outerjoin(Interaction, Interaction.id == VoiceMessage.call_id)
        .outerjoin(
            Customer,
            Customer.id == func.coalesce(VoiceMessage.customer_id, Interaction.customer_id),
        )
    )


def _which(
    statement: Select[VoiceMessage, Interaction, str],
    which: Which,
    mine: str,
    at: datetime | None,
) -> Select[VoiceMessage, Interaction, str]:
    state = VoiceMessage.state
    if which == "all":
        return statement
    if which == "done":
        return statement.where(state == "done")
    if which == "to-tell":
        return statement.where(state == "settled")
    statement = statement.where(state != "done")
    if which == "mine":
        return statement.where(VoiceMessage.owner == mine)
    return statement.where(VoiceMessage.due_at < at) if which == "overdue" else statement


async def overdue(session: AsyncSession, at: datetime) -> int:
    """How many callers wait for an answer longer than was promised."""
    wanted = select(func.count()).where(VoiceMessage.state != "done", VoiceMessage.due_at < at)
    return await session.scalar(wanted) or 0


async def view(session: AsyncSession, message_id: int) -> MessageView:
    """One message; NotFound if there is none."""
    found = await session.execute(_base().where(VoiceMessage.id == message_id))
    row = found.one_or_none()
    if row is None:
        raise NotFound("message")
    return MessageView(row[0], row[1], row[2] or "")


async def history(session: AsyncSession, message_id: int) -> list[Event]:
    """What was done with it, by whom."""
    subject = message_subject(message_id)
    entries = await entries_after(session, 0, limit=FACTS_MAX, subject=subject)
    return [entry.event for entry in entries]


async def unheard(session: AsyncSession, *, english: bool, limit: int = 20) -> list[VoiceMessage]:
    """Messages in that language that no model has listened to, the newest first."""
    spoken = func.coalesce(Interaction.language, "")
    wanted = (
        select(VoiceMessage)
        .outerjoin(Interaction, Interaction.id == VoiceMessage.call_id)
        .where(VoiceMessage.heard_by == "", (spoken == "en") if english else (spoken != "en"))
        .order_by(VoiceMessage.id.desc())
    )
    return list(await session.scalars(wanted.limit(limit)))
