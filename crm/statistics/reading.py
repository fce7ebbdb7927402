"""The figures as they stand, or as they stood at the moment that is asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.statistics import queries
from crm.statistics.figures import By, Count, Figures
from crm.statistics.past import Past, as_it_stood
from crm.statistics.queries import Asked
from crm.work_orders.models import WorkOrder
from mainline.clock import now


@dataclass(frozen=True, slots=True)
class Present:
    """Counted by the database."""

    session: AsyncSession
    asked: Asked
    at: datetime

    async def grouped(self, by: By) -> list[Figures]:
        """The figures of each group: in the order of time, else the largest first."""
        return await queries.grouped(self.session, self.asked, by, at=self.at)

    async def total(self) -> Figures:
        """All of them together."""
        return await queries.total(self.session, self.asked, at=self.at)

    async def behind(self, by: By | None, key: str, what: Count, *, limit: int) -> list[WorkOrder]:
        """The orders that one figure counts, the newest first; without ``by``, of all groups."""
        return await queries.orders_behind(
            self.session, self.asked, by, key, what, at=self.at, limit=limit
        )


async def read(session: AsyncSession, asked: Asked) -> Present | Past:
    """Of the present, unless a past moment is asked for."""
    if asked.as_of is None:
        return Present(session, asked, now())
    return await as_it_stood(session, asked, asked.as_of)
