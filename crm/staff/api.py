"""``/api/agents``: the floor as it is now; people and roles stand in files of their own."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from crm.staff import people_api, queries, roles_api
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, allow

agents = APIRouter(prefix="/agents", tags=["agents"], dependencies=[allow(Permission.SEE_BOARD)])


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


@agents.get("")
async def list_agents(session: ReadSession) -> Page[AgentRead]:
    """All agents with their state."""
    return Page(items=[AgentRead.model_validate(one) for one in await queries.agents(session)])


@agents.get("/{number}")
async def read_agent(number: str, session: ReadSession) -> AgentRead:
    """One agent."""
    return AgentRead.model_validate(await queries.agent(session, number))


router = APIRouter()
router.include_router(agents)
router.include_router(people_api.router)
router.include_router(roles_api.router)
