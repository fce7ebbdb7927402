"""A new emergency is given to somebody by the company's rule."""

from typing import Final, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.dispatch import service
from crm.work_orders.events import WorkOrderOpened
from mainline.clock import now
from mainline.journal import Event, Handler

CONSUMER: Final = "dispatch"


async def on_opened(session: AsyncSession, event: Event) -> None:
    """Somebody goes at once, if the rule finds somebody."""
    opened = cast(WorkOrderOpened, event)
    await service.emergency(session, int(opened.subject.partition(":")[2]), now())


CONSUMERS: dict[str, dict[str, Handler]] = {CONSUMER: {WorkOrderOpened.kind: on_opened}}
