"""The masks of one record on a page, and the way to take them off for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm.privacy import service as privacy
from crm.privacy.rules import Reason
from mainline.ids import call_subject, customer_subject
from mainline.permissions import Permission
from mainline.web import Principal


@dataclass(frozen=True, slots=True)
class Unmask:
    """What the piece of the page needs: where to ask, why one may, until when it is granted."""

    path: str
    reasons: Sequence[Reason]
    until: datetime | None


async def masks(session: AsyncSession, who: Principal, record: str, subject: str) -> dict[str, Any]:
    """``sees`` and ``unmask`` for a page about ``record``, its address below ``/api``."""
    until = await privacy.granted(session, who, subject)
    return {
        "sees": privacy.eyes_until(who, until),
        "unmask": await _unmask(session, who, record, until),
    }


async def masks_of_pop(
    session: AsyncSession, who: Principal, call_id: str, customer_id: int | None
) -> dict[str, Any]:
    """Those of the customer; of the call as long as nobody knows who calls."""
    if customer_id is not None:
        return await masks(session, who, f"/customers/{customer_id}", customer_subject(customer_id))
    return await masks(session, who, f"/calls/{call_id}", call_subject(call_id))


async def _unmask(
    session: AsyncSession, who: Principal, record: str, until: datetime | None
) -> Unmask | None:
    sees = who.sees
    if not who.may(Permission.UNMASK) or (sees.numbers and sees.names and sees.addresses):
        return None
    reasons = (await privacy.rules(session)).reasons
    return Unmask(f"/api{record}/unmask", reasons, until)
