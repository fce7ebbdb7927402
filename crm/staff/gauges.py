"""For Prometheus: agents by state."""

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.floor import STATES
from crm.staff.queries import agents
from mainline.process.metrics import Figure


async def gauges(session: AsyncSession) -> list[Figure]:
    """How many agents are in each state now."""
    found = Counter(one.state for one in await agents(session))
    words = "Agents in this state now."
    return [Figure("agents", words, found[state], (("state", state),)) for state in STATES]
