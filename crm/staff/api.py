"""``/api/agents``: the floor as it is now."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from crm.staff import queries
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, allow

router = APIRouter(prefix="/agents", tags=["agents"], dependencies=[allow(Permission.SEE_BOARD)])


class AgentRead(BaseModel):
    """An agent and what they do now."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    name: str
    station: str
    state: str
    since: datetime | None
    reason: str
    call_id: str | None
    queues: dict[str, int]


@router.get("")
async def list_agents(session: ReadSession) -> Page[AgentRead]:
    """All agents with their state."""
    return Page(items=[AgentRead.model_validate(one) for one in await queries.agents(session)])


@router.get("/{number}")
async def read_agent(number: str, session: ReadSession) -> AgentRead:
    """One agent."""
    return AgentRead.model_validate(await queries.agent(session, number))
