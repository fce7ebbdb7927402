"""Who asked to be called when supply is back becomes a call-back when it is."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import ServiceArea
from crm.callbacks import service as callbacks
from crm.outages.models import Outage
from crm.outages.service import LIVE
from crm.sense.models import OutageRequest
from mainline.clock import now
from mainline.i18n import _

AT_ONCE: Final = 50


async def hand_over(session: AsyncSession) -> int:
    """The next of them; how many. When no more call-backs can be kept, the rest wait here."""
    handed = 0
    for request, place in await _due(session):
        try:
            await callbacks.ask(
                session,
                number=request.number,
                reason=_("Supply is back: %(place)s", place=place),
                source="outage",
                language=request.language,
                customer_id=request.customer_id,
            )
        except callbacks.TooManyCallbacks:
            break
        except callbacks.NotCallable:
            pass  # nobody can be reached there: it is settled all the same
        request.handed_at = now()
        handed += 1
    return handed


async def _due(session: AsyncSession) -> Sequence[tuple[OutageRequest, str]]:
    """Of outages that are over, whoever ended them; the first who asked is the first called."""
    past = and_(Outage.kind == "planned", Outage.expected_end_at <= now())
    rows = await session.execute(
        select(OutageRequest, ServiceArea.name_zh)
        .join(Outage, Outage.id == OutageRequest.outage_id)
        .outerjoin(ServiceArea, ServiceArea.id == Outage.service_area_id)
        .where(OutageRequest.handed_at.is_(None), or_(Outage.status.not_in(LIVE), past))
        .order_by(OutageRequest.id)
        .limit(AT_ONCE)
    )
    return [(request, place or "") for request, place in rows]
