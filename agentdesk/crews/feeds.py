"""The board as a feed of the live stream: computed once for all who look."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from crm.dispatch.picture import board, masked
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 2.0


async def compute(session: AsyncSession) -> Mapping[str, Any]:
    """The board now."""
    return await board(session)


FEEDS: Final = (Feed("dispatch", Permission.DISPATCH, compute, AT_MOST_EVERY_S, masked),)
