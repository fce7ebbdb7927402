"""The board as a feed of the live stream."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from agentdesk.supervisor.board import picture, read_floor
from mainline.config import Settings
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 0.25


async def board(session: AsyncSession) -> Mapping[str, Any]:
    """The floor now, for every leader alike."""
    return picture(await read_floor(session, Settings().zone))


FEEDS: Final = (Feed("board", Permission.SEE_BOARD, board, AT_MOST_EVERY_S),)
