"""Facts fill and empty the slots."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.parking import service
from mainline.ids import call_of
from mainline.journal import Event, Handler

CONSUMER: Final = "parking"


async def on_parked(session: AsyncSession, event: Event) -> None:
    """The customer hears music in the slot."""
    await service.arrived(session, call_of(event.subject), event.at)


async def on_gone(session: AsyncSession, event: Event) -> None:
    """Taken, back to the agent, or hung up."""
    await service.free_slot(session, call_of(event.subject))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {"call.parked": on_parked, "call.unparked": on_gone, "call.ended": on_gone}
}
