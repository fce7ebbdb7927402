"""What an agent promises in the talk, and what they hand upwards: a time, a matter that climbs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.agent.forms import MatterForm, PromiseForm
from agentdesk.agent.who import Number
from agentdesk.agent.wrapping import own_call
from agentdesk.panels.caller import facts, number_of
from crm.matters import service as matters
from crm.matters.api import actor
from crm.promises import service as promises
from mainline.clock import now
from mainline.errors import Invalid
from mainline.permissions import Permission
from mainline.web import Config, Who, WriteSession, allow

router = APIRouter(dependencies=[allow(Permission.TAKE_CALLS), allow(Permission.OPEN_WORK_ORDERS)])
WITHIN_MIN: Final = (15, 30, 60, 120, 240, 1440)
"""How soon, as the page offers it; any other time is typed."""


@router.post("/promises", status_code=201)
async def promise(
    form: PromiseForm, session: WriteSession, number: Number, settings: Config
) -> Mapping[str, Any]:
    """Promise a time to whoever is on the line; their number need not be seen for that."""
    caller = form.number.strip() or await _caller(session, number, form.call_id)
    made = await promises.make(
        session, key=f"desk:{form.key}", what=form.what, source="agent",
        due_at=_due(form, settings.zone), by=number, number=caller, text=form.text,
        order_number=form.work_order, customer_id=form.customer_id, call_id=form.call_id,
        area_code=settings.home_area_code,
    )  # fmt: skip
    return {"told": f"{made.due_at.astimezone(settings.zone):%m-%d %H:%M}"}


@router.post("/matters", status_code=201)
async def matter(
    form: MatterForm, session: WriteSession, who: Who, number: Number, settings: Config
) -> Mapping[str, Any]:
    """Something that the agent cannot settle, with the call that it came with."""
    await _caller(session, number, form.call_id)
    made = await matters.raise_matter(
        session, key=f"desk:{form.key}", summary=form.summary, by=actor(who), zone=settings.zone,
        call_id=form.call_id, customer_id=form.customer_id, work_order=form.work_order,
    )  # fmt: skip
    return {"told": str(made.id)}


async def _caller(session: AsyncSession, agent: str, call_id: str | None) -> str:
    """The number of one's own call; refused when it is another's."""
    if call_id is None:
        return ""
    await own_call(session, agent, call_id)
    return number_of((await facts(session, call_id))[0])


def _due(form: PromiseForm, zone: ZoneInfo) -> datetime:
    """So soon, or then, as the company's clocks show it."""
    if form.within_min is not None and form.due_at is None:
        return now() + timedelta(minutes=form.within_min)
    if form.due_at is None or form.within_min is not None:
        raise Invalid("due_at")
    return form.due_at if form.due_at.tzinfo else form.due_at.replace(tzinfo=zone)
