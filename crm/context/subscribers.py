"""Who calls again for the second time has their order urged by itself."""

from typing import Final, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.urging import urge
from mainline.i18n import Text
from mainline.ids import call_of
from mainline.journal import Event, Handler
from mainline.journal.call_events import CallRepeated

CONSUMER: Final = "repeats"
BY: Final = "system"
CALLED: Final = Text("Call no. %(count)s about this, escalated.")


async def on_repeated(session: AsyncSession, event: Event) -> None:
    """Urge the order, once a call."""
    again = cast(CallRepeated, event)
    if not again.escalated or not again.order:
        return
    words = {"count": again.count}
    await urge(
        session,
        again.order,
        by=BY,
        note=f"{CALLED.to('zh_CN', **words)} {CALLED.to('en', **words)}",
        call_id=call_of(again.subject),
        count=again.count,
        at=again.at,
    )


CONSUMERS: dict[str, dict[str, Handler]] = {CONSUMER: {CallRepeated.kind: on_repeated}}
