"""``/customers/watched``: who is watched and why; put somebody on the list, end an entry."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BeforeValidator

from agentdesk.panels.words import CALLER_WORDS
from agentdesk.shell import render
from crm.customers import queries as customers
from crm.watch import service
from crm.watch.service import What
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/customers", include_in_schema=False)
_EDIT = [allow(Permission.WATCH_CUSTOMERS)]
Id = Annotated[int, Path(ge=1, le=2**31)]
Words = Annotated[str, Form(max_length=service.REASON_CHARS_MAX)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_empty_is_none), Form()]


@router.get("/watched", dependencies=[allow(Permission.SEE_CUSTOMERS)])
async def watched(request: Request, session: ReadSession, who: Who, config: Config) -> HTMLResponse:
    """Everybody who is watched today."""
    found = await service.listed(session, now().astimezone(config.zone).date())
    people = await customers.views(session, list({row.customer_id for row in found}))
    return render(
        request, "watch/list.html", rows=found, words=CALLER_WORDS["watch"],
        names={view.customer.id: who.sees.name(view.customer.name) for view in people},
        may_watch=who.may(Permission.WATCH_CUSTOMERS),
    )  # fmt: skip


@router.post("/{customer_id:int}/watch", dependencies=_EDIT)
async def watch(
    customer_id: Id, session: WriteSession, who: Who, config: Config,
    what: Annotated[What, Form()], reason: Words = "", until: Day = None,
) -> RedirectResponse:  # fmt: skip
    """Put a customer on the list."""
    await service.add(
        session, customer_id, what=what, reason=reason, until=until,
        today=now().astimezone(config.zone).date(), by=who.agent_number or who.name,
    )  # fmt: skip
    return RedirectResponse(f"/customers/{customer_id}", status_code=303)


@router.post("/watched/{entry_id}/end", dependencies=_EDIT)
async def end(entry_id: Id, session: WriteSession, who: Who, why: Words = "") -> RedirectResponse:
    """An entry counts no more."""
    await service.end(session, entry_id, by=who.agent_number or who.name, why=why)
    return RedirectResponse("/customers/watched", status_code=303)
