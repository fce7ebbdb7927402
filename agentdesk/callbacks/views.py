"""``/callbacks``: who is to be called, in line; ask for one, withdraw one."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.shell import render
from crm.callbacks import queries, service
from crm.callbacks.models import Callback
from crm.catalog import service as catalog
from crm.customers import queries as customers
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text, current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/callbacks", include_in_schema=False)
LIMIT: Final = 200
Which = Literal["open", "ended", "all"]
WHICH: Final = {"open": Text("Unfinished"), "ended": Text("Ended"), "all": Text("All")}
STATES: Final = {
    "waiting": Text("waiting"),
    "calling": Text("being called"),
    "done": Text("served"),
    "withdrawn": Text("called again and was served"),
    "cancelled": Text("cancelled"),
    "expired": Text("expired"),
    "unreached": Text("not reached"),
}
TONES: Final = {"calling": "live", "done": "good", "withdrawn": "good", "expired": "warn",
                "unreached": "bad"}  # fmt: skip
SOURCES: Final = {
    "queue": Text("while waiting"),
    "menu": Text("in the menu"),
    "agent": Text("an agent"),
    "message": Text("answer to a message"),
    "campaign": Text("in a call of ours"),
    "outage": Text("end of an outage"),
    "appointment": Text("a broken appointment"),
    "promise": Text("a broken promise"),
}


@router.get("", dependencies=[allow(Permission.SEE_CALLS)])
async def listed(
    request: Request, session: ReadSession, who: Who, which: Annotated[Which, Query()] = "open"
) -> HTMLResponse:
    """Open ones as they stand in line; ended ones, the newest first."""
    return await _page(request, session, who, which)


@router.post("", dependencies=[allow(Permission.CALL_OUT, Permission.SUPERVISE)])
async def ask(
    request: Request,
    session: WriteSession,
    who: Who,
    config: Config,
    number: Annotated[str, Form(max_length=32)] = "",
    queue: Annotated[str, Form(pattern=r"^[a-z][a-z0-9_-]{1,31}$")] = "service",
    reason: Annotated[str, Form(max_length=service.REASON_CHARS_MAX)] = "",
) -> Response:
    """Promise a call; what cannot be promised is said above the form, and nothing is lost."""
    try:
        await service.check_queue(session, queue)
        await service.ask(
            session, number=number, queue=queue, reason=reason.strip(), source="agent",
            by=who.agent_number or who.name, area_code=config.home_area_code,
        )  # fmt: skip
    except MainlineError as refused:
        typed = {"number": number, "queue": queue, "reason": reason}
        return await _page(request, session, who, "open", refused, typed)
    return RedirectResponse("/callbacks", status_code=303)


@router.post(
    "/{callback_id}/cancel", dependencies=[allow(Permission.TAKE_CALLS, Permission.SUPERVISE)]
)
async def cancel(callback_id: int, session: WriteSession, who: Who) -> RedirectResponse:
    """Nobody is to be called any more."""
    await service.cancel(session, callback_id, by=who.agent_number or who.name)
    return RedirectResponse("/callbacks", status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    who: Principal,
    which: Which,
    refused: MainlineError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    is_open = {"open": True, "ended": False, "all": None}[which]
    found = await queries.find(session, is_open=is_open, limit=LIMIT)
    rules = await service.rules(session)
    labels = await _queues(session)
    return render(
        request, "callbacks/list.html", status=refused.status if refused else 200,
        rows=found, which=which, choices=WHICH, states=STATES, tones=TONES, sources=SOURCES,
        names=await _names(session, who, found), queues=labels, rules=rules, at=now(),
        number=lambda row: who.sees.number(row.number),
        may_ask=who.may(Permission.CALL_OUT) or who.may(Permission.SUPERVISE),
        may_cancel=who.may(Permission.TAKE_CALLS) or who.may(Permission.SUPERVISE),
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
        typed=typed or {"number": "", "queue": "service", "reason": ""},
    )  # fmt: skip


async def _queues(session: AsyncSession) -> dict[str, str]:
    try:
        found = await catalog.queues(session)
    except NotFound:
        return {"service": "service"}
    return {queue.name: queue.label.to(current_locale()) for queue in found}


async def _names(session: AsyncSession, who: Principal, rows: list[Callback]) -> dict[int, str]:
    ids = {row.customer_id for row in rows if row.customer_id is not None}
    found = await customers.views(session, [*ids])
    return {view.customer.id: who.sees.name(view.customer.name) for view in found}
