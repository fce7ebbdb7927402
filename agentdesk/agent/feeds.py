"""What all desks see of the floor: how many serve, who waits, who is parked."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.live import Feed
from crm.customers.models import Customer
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction, QueueVisit
from crm.parking import service as parking
from crm.staff.floor import ACTS
from crm.staff.queries import agents
from dialplan.contract import PRIORITY_URGENT
from dialplan.render import QUEUE_EMERGENCY
from mainline.masking import BLIND, Eyes
from mainline.permissions import Permission

AT_MOST_EVERY_S: Final = 0.5


async def floor(session: AsyncSession) -> Mapping[str, Any]:
    """The picture, the same for every desk; each shows what concerns its agent."""
    states = Counter(each.state for each in await agents(session) if each.queues)
    return {
        "counts": {
            "serving": sum(states[act] for act in ACTS),
            "idle": states["ready"],
            "paused": states["paused"],
            "closed": states["closed"],
        },
        "waiting": _waiting(await interactions.waiting(session)),
        "parked": [await _parked(session, slot) for slot in await parking.parked(session)],
    }


def _waiting(visits: list[tuple[QueueVisit, Interaction]]) -> list[dict[str, Any]]:
    by_queue: dict[str, list[QueueVisit]] = defaultdict(list)
    for visit, call in visits:
        if call.ended_at is None:
            by_queue[visit.queue].append(visit)
    return [
        {
            "queue": queue,
            "count": len(found),
            "since": min(each.entered_at for each in found),
            "urgent": queue == QUEUE_EMERGENCY
            or any(each.priority >= PRIORITY_URGENT for each in found),
        }
        for queue, found in sorted(by_queue.items())
    ]


async def _parked(session: AsyncSession, slot: parking.Slot) -> dict[str, Any]:
    call = await session.get(Interaction, slot.call_id)
    customer = await session.get(Customer, call.customer_id) if call and call.customer_id else None
    return {
        "slot": slot.slot,
        "call": slot.call_id,
        "agent": slot.agent,
        "team": slot.team,
        "queue": slot.queue,
        "since": slot.since,
        "title": customer.name if customer else BLIND.number(call.ani if call else ""),
        "named": customer is not None,
    }


def masked(drawn: Mapping[str, Any], sees: Eyes) -> dict[str, Any]:
    """The picture as this person may see it. Numbers are in it for nobody."""
    parked = [
        {**each, "title": sees.name(each["title"])} if each["named"] else each
        for each in drawn["parked"]
    ]
    return {**drawn, "parked": parked}


FEEDS: Final = (Feed("desk", Permission.TAKE_CALLS, floor, AT_MOST_EVERY_S, masked),)
