"""An agent calls the leader about a customer: the leader's page shows the same one."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from agentdesk.panels.caller import caller
from agentdesk.panels.contacts import contacts, open_orders
from agentdesk.panels.words import CALLER_WORDS
from agentdesk.shell import render
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, allow

CallKey = Annotated[str, Path(pattern=r"^[a-z0-9.-]{3,64}$")]
router = APIRouter()


@router.get("/asked/{call_id}", dependencies=[allow(Permission.SUPERVISE)])
async def asked(
    request: Request, call_id: CallKey, session: ReadSession, settings: Config, who: Who
) -> HTMLResponse:
    """Who is on the line with the agent, a piece of the page."""
    view = await caller(session, settings, call_id)
    customer = view.customer.customer.id if view.customer else None
    return render(
        request,
        "panels/caller.html",
        view=view,
        contacts=await contacts(session, call_id, customer, view.number),
        orders=await open_orders(session, customer),
        may_book=False,
        words=CALLER_WORDS,
        may_call_out=False,
    )
