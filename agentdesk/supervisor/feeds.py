"""The board as a feed of the live stream."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from agentdesk.supervisor.board import entered_today, picture, read_floor
from agentdesk.supervisor.curve import Entered
from mainline.clock import now
from mainline.config import Settings
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 0.25
CURVE_EVERY: Final = timedelta(seconds=5)


class BoardFeed:
    """The floor now, for every leader alike. The day's curve is read less often than the rest."""

    def __init__(self) -> None:
        self._entered: Sequence[Entered] = ()
        self._read_at: datetime | None = None

    async def __call__(self, session: AsyncSession) -> Mapping[str, Any]:
        """Compute the picture."""
        zone = Settings().zone
        if self._read_at is None or now() - self._read_at >= CURVE_EVERY:
            self._entered, self._read_at = await entered_today(session, zone), now()
        return picture(await read_floor(session, zone, self._entered))


FEEDS: Final = (Feed("board", Permission.SEE_BOARD, BoardFeed(), AT_MOST_EVERY_S),)
