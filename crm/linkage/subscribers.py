"""The one reader who lets the rules meet what happens."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.events import PaymentReceived
from crm.life_cycle.events import AccountChanged
from crm.linkage.service import meet
from crm.work_orders.events import WorkOrderMoved, WorkOrderOpened
from mainline.journal import Event, Handler

CONSUMER: Final = "linkage"


async def on_fact(session: AsyncSession, event: Event) -> None:
    """A crash repeats the fact, not what was done about it."""
    await meet(session, event)


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {
        kind.kind: on_fact
        for kind in (WorkOrderOpened, WorkOrderMoved, AccountChanged, PaymentReceived)
    }
}
