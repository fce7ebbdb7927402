"""The board as feeds of the live stream: computed once, however many boards are open."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from agentdesk.supervisor.board import masked, picture, read_floor
from agentdesk.supervisor.day import drawn
from crm.interactions.day import Forecast, read_day, read_forecast
from mainline.clock import now
from mainline.config import zone_here
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 0.25
DAY_EVERY_S: Final = 5.0


async def floor_now(session: AsyncSession) -> Mapping[str, Any]:
    """The floor now, for every leader alike."""
    return picture(await read_floor(session, zone_here()))


class DayFeed:
    """The day so far. What was to be expected of it is read once a day."""

    def __init__(self) -> None:
        self._expected: Forecast = {}
        self._of: date | None = None

    async def __call__(self, session: AsyncSession) -> Mapping[str, Any]:
        """Compute it."""
        at, zone = now(), zone_here()
        today = at.astimezone(zone).date()
        if self._of != today:
            self._expected, self._of = await read_forecast(session, at, zone), today
        return drawn(await read_day(session, at, zone), self._expected, at)


DAY: Final = DayFeed()
FEEDS: Final = (
    Feed("board", Permission.SEE_BOARD, floor_now, AT_MOST_EVERY_S, masked),
    Feed("day", Permission.SEE_BOARD, DAY, DAY_EVERY_S),
)
