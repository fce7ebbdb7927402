"""Who works here: roles, telephone number, queues, whether they are in."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from agentdesk.admin.page import page
from crm.staff import composing
from crm.staff.models import AgentState, User, UserQueue
from mainline.permissions import Permission
from mainline.web import ReadSession, allow

router = APIRouter(
    prefix="/admin/staff", dependencies=[allow(Permission.ADMINISTER)], include_in_schema=False
)


@router.get("")
async def staff(request: Request, session: ReadSession) -> HTMLResponse:
    """Everybody, by name of sign-in."""
    users = list(await session.scalars(select(User).order_by(User.login)))
    states = {row.number: row for row in await session.scalars(select(AgentState))}
    queues: dict[int, list[str]] = {}
    for row in await session.scalars(select(UserQueue).order_by(UserQueue.queue)):
        queues.setdefault(row.user_id, []).append(row.queue)
    composed = (await composing.composed(session)).roles
    own = {one.code: one.name for one in composed if not composing.is_house(one.code)}
    return page(request, "staff.html", users=users, states=states, queues=queues, own=own)
