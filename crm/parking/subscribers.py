"""Facts fill and empty the slots."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.parking import service
from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handler, Handlers

CONSUMER: Final = "parking"


async def on_parked(session: AsyncSession, event: Event) -> None:
    """The customer hears music in the slot."""
    await service.arrived(session, call_of(event.subject), event.at)


async def on_gone(session: AsyncSession, event: Event) -> None:
    """Taken, back to the agent, or hung up."""
    await service.free_slot(session, call_of(event.subject))


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Most calls that end were never parked: one look tells for the whole batch."""
    concerned = await service.with_slot(session, {call_of(event.subject) for event in events})
    for event in events:
        if call_of(event.subject) in concerned:
            await _TAKE[event.kind](session, event)


_TAKE: Final[dict[str, Handler]] = {
    "call.parked": on_parked, "call.unparked": on_gone, "call.ended": on_gone,
}  # fmt: skip
CONSUMERS: dict[str, Handlers] = {CONSUMER: AtOnce(_TAKE, take_in)}
