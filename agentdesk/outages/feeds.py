"""The town as a feed of the live stream: computed once for all who look."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from agentdesk.outages.picture import picture, read_town
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 1.0


async def compute(session: AsyncSession) -> Mapping[str, Any]:
    """The picture now."""
    return picture(await read_town(session))


FEEDS: Final = (Feed("outages", Permission.SEE_BOARD, compute, AT_MOST_EVERY_S),)
