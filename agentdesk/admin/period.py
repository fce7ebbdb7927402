"""Callers of some days, counted for the drawing."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions import queries
from ivr.traffic import Passage

DAYS_MAX: Final = 366


class Period(BaseModel):
    """Whole days on the company's calendar, the last one included."""

    since: date
    until: date

    @model_validator(mode="after")
    def _sensible(self) -> "Period":
        if not timedelta() <= self.until - self.since <= timedelta(days=DAYS_MAX):
            raise ValueError("the period is from a day to a later one, a year at most")
        return self


async def passages_of(
    session: AsyncSession, menu: str, period: Period, zone: ZoneInfo
) -> list[Passage]:
    """The passages of those days, under whatever version."""
    found = await queries.passages(
        session,
        menu,
        since=datetime.combine(period.since, time(), zone),
        until=datetime.combine(period.until + timedelta(days=1), time(), zone),
    )
    return [Passage(*one) for one in found]
