"""``/requests``: the list, one by its number, a new one from the customer page."""

import secrets
from datetime import date
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.requests.words import (
    CHANGES,
    SHOWN,
    STATES,
    TONES,
    USES,
    line,
    stopped_words,
)
from agentdesk.shell import render
from crm.customers import queries as customers
from crm.customers.models import ServiceAccount
from crm.life_cycle import flow, queries, service
from crm.life_cycle.advance import called_off, definition, orders
from crm.life_cycle.api import name_of, next_role
from crm.life_cycle.details import AREA_MAX, Details, Use, masked
from crm.life_cycle.events import AccountChanged
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import NEEDS, RequestKind
from crm.linkage.queries import firings
from crm.privacy.reading import Reads
from crm.staff.composing import composed
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import current_locale
from mainline.ids import customer_subject
from mainline.journal import entries_after
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/requests", include_in_schema=False)
_see = allow(Permission.SEE_CUSTOMERS)
_make = allow(Permission.MAKE_REQUESTS)
_decide = allow(Permission.DECIDE_REQUESTS)
LIMIT: Final = 50
Number = Annotated[str, Path(pattern=r"^[0-9-]{4,20}$")]
Note = Annotated[str, Form(max_length=service.NOTE_CHARS_MAX)]
Show = Literal["open", "documents", "approval", "orders", "done", "all"]


def _or_none(value: Any) -> Any:
    return value or None


Empty = BeforeValidator(_or_none)


class NewRequest(BaseModel):
    """What the form sends; which of it is needed depends on the kind."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(max_length=32)
    key: str = Field(min_length=8, max_length=64)
    account: Annotated[int | None, Empty, Field(ge=1, le=2**53)] = None
    effective_on: Annotated[date | None, Empty] = None
    documents: list[str] = Field(default_factory=list, max_length=20)
    person: str = Field(default="", max_length=64)
    person_name: str = Field(default="", max_length=64)
    person_phone: str = Field(default="", max_length=32)
    other_account: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=200)
    area_m2: Annotated[int | None, Empty, Field(ge=1, le=AREA_MAX)] = None
    use: Annotated[Use | None, Empty] = None
    note: str = Field(default="", max_length=service.NOTE_CHARS_MAX)

    def details(self) -> Details:
        """What the effect needs; the company's own fields begin with ``field-``."""
        own = {
            name.removeprefix("field-"): value
            for name, value in (self.model_extra or {}).items()
            if name.startswith("field-") and isinstance(value, str)
        }
        known = {name: getattr(self, name) for name in Details.model_fields if hasattr(self, name)}
        return Details(**known, fields=own)


@router.get("", dependencies=[_see])
async def listed(
    request: Request, session: ReadSession, who: Who, show: Show = "open",
    kind: Annotated[str, Query(max_length=32)] = "",
    q: Annotated[str, Query(max_length=40)] = "",
    customer: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:  # fmt: skip
    """The newest first; a number leads to its request."""
    if q.strip():
        try:
            found = await service.by_number(session, q)
            return RedirectResponse(f"/requests/{found.number}", 303)
        except NotFound:
            pass
    wanted = queries.Wanted(None if show == "all" else show, kind or None, customer)
    rows = await queries.find(session, wanted, limit=LIMIT, before=before)
    asked = {"show": show, "kind": kind} | ({"customer": customer} if customer else {})
    return render(
        request, "requests/list.html",
        rows=rows, names=await _names(session, rows), show=show, shown=SHOWN, states=STATES,
        tones=TONES, kind=kind, kinds=await _kinds(session), missed=q.strip(),
        more=urlencode({**asked, "before": rows[-1].id}) if len(rows) == LIMIT else "",
        stopped_words=stopped_words,
    )  # fmt: skip


async def _names(session: AsyncSession, rows: list[LifeRequest]) -> dict[int, str]:
    ids = list({row.customer_id for row in rows})
    return {one.customer.id: one.customer.name for one in await customers.views(session, ids)}


async def _kinds(session: AsyncSession) -> dict[str, str]:
    body = await queries.life_cycle(session)
    return {one.code: one.name.to(current_locale()) for one in body.kinds} if body else {}


@router.get("/new", dependencies=[_make])
async def new(
    request: Request, session: ReadSession, settings: Config, reads: Reads,
    customer: Annotated[int, Query(ge=1, le=2**53)],
    kind: Annotated[str, Query(max_length=32)] = "",
) -> HTMLResponse:  # fmt: skip
    """What can be requested; then what has to be told for it."""
    await reads.opens(customer_subject(customer))
    return await _form(request, session, settings, customer, kind)


async def _form(
    request: Request, session: AsyncSession, settings: Config, customer: int, code: str,
    told: NewRequest | None = None, refused: MainlineError | None = None,
) -> HTMLResponse:  # fmt: skip
    body = await queries.life_cycle(session)
    kind = body.kind(code) if body and code else None
    words = refused.words.to(current_locale(), **refused.values) if refused else ""
    return render(
        request, "requests/new.html", refused.status if refused else 200,
        view=await customers.view(session, customer), kind=kind,
        kinds=body.kinds if body else (), needs=NEEDS[kind.effect] if kind else (),
        told=told, refused=words, uses=USES, roles=await composed(session),
        key=told.key if told else secrets.token_hex(8),
        today=now().astimezone(settings.zone).date(),
    )  # fmt: skip


@router.post("/new", dependencies=[_make])
async def make(
    request: Request, session: WriteSession, who: Who, settings: Config,
    customer: Annotated[int, Query(ge=1, le=2**53)], form: Annotated[NewRequest, Form()],
) -> Response:  # fmt: skip
    """Made, or the form again with what is in the way."""
    try:
        async with session.begin_nested():
            made = await service.ask(
                session, kind=form.kind, key=f"desk:{form.key}", by=name_of(who),
                details=form.details(), zone=settings.zone, account_id=form.account,
                customer_id=customer, effective_on=form.effective_on,
                documents=tuple(form.documents), note=form.note,
                area_code=settings.home_area_code,
            )  # fmt: skip
    except NotFound:
        raise
    except MainlineError as error:
        return await _form(request, session, settings, customer, form.kind, form, error)
    return RedirectResponse(f"/requests/{made.number}", 303)


@router.get("/{number}", dependencies=[_see])
async def show(
    request: Request, session: ReadSession, who: Who, reads: Reads, number: Number
) -> HTMLResponse:
    """One request: what it changes, its papers, who agreed, what it costs, what follows."""
    row = await service.by_number(session, number)
    await reads.opens(customer_subject(row.customer_id))
    kind = (await definition(session, row)).kind(row.kind)
    following, roles = await orders(session, row), await composed(session)
    past = await queries.history(session, number)
    return render(
        request, "requests/request.html",
        row=row, kind=kind, following=following, states=STATES, tones=TONES, uses=USES,
        customer=await customers.view(session, row.customer_id),
        account=await session.get(ServiceAccount, row.account_id) if row.account_id else None,
        details=masked(row, who.sees), changes=await _changes(session, row, who.sees),
        history=[(one.at, line(one, kind, roles)) for one in past],
        roles=roles, stopped=stopped_words(row.stopped) if row.stopped else "",
        papers={one["code"]: one for one in row.documents},
        firings=await firings(session, request=number, limit=20),
        stuck=bool(row.stopped) or any(called_off(one) for one in following),
        **_may(row, kind, who),
    )  # fmt: skip


def _may(row: LifeRequest, kind: RequestKind, who: Principal) -> dict[str, Any]:
    role, me = next_role(kind, row), name_of(who)
    earlier = [one["by"] for one in row.approvals]
    mine = role in who.roles and me != row.asked_by and me not in earlier
    is_open = row.state in flow.OPEN
    return {
        "may_decide": mine and who.may(Permission.DECIDE_REQUESTS),
        "own_request": role in who.roles and me == row.asked_by,
        "may_act": is_open and who.may(Permission.MAKE_REQUESTS),
        "sees_orders": who.may(Permission.SEE_WORK_ORDERS),
    }


async def _changes(
    session: AsyncSession, row: LifeRequest, sees: Eyes
) -> list[tuple[str, str, str]]:
    """What it changed: label, before, after."""
    new = select(ServiceAccount.id).where(ServiceAccount.number == row.number.replace("-", ""))
    ids = [row.account_id, await session.scalar(new)] if row.state == "done" else []
    entries = [
        entry
        for each in filter(None, ids)
        for entry in await entries_after(session, 0, subject=f"account:{each}")
    ]
    found = []
    for entry in entries:
        event = entry.event
        if isinstance(event, AccountChanged) and event.number == row.number:
            for name in dict.fromkeys([*event.before, *event.after]):
                label = CHANGES[name].to(current_locale()) if name in CHANGES else name
                told = {"owner": sees.name, "address": sees.address}.get(name, sees.text)
                found.append((label, told(event.before.get(name)), told(event.after.get(name))))
    return found


def _back(number: str) -> RedirectResponse:
    return RedirectResponse(f"/requests/{number}", 303)


@router.post("/{number}/documents", dependencies=[_make])
async def hand_in(
    session: WriteSession, who: Who, settings: Config, number: Number,
    document: Annotated[str, Form(max_length=32)], note: Note = "",
) -> RedirectResponse:  # fmt: skip
    """A paper is there."""
    await service.hand_in(session, number, document, by=name_of(who), zone=settings.zone, note=note)
    return _back(number)


@router.post("/{number}/approve", dependencies=[_decide])
async def approve(
    session: WriteSession, who: Who, settings: Config, number: Number, note: Note = ""
) -> RedirectResponse:
    """Agree."""
    await service.approve(
        session, number, by=name_of(who), roles=who.roles, zone=settings.zone, note=note
    )
    return _back(number)


@router.post("/{number}/refuse", dependencies=[_decide])
async def refuse(
    session: WriteSession, who: Who, number: Number, note: Note = ""
) -> RedirectResponse:
    """Not agree."""
    await service.refuse(session, number, by=name_of(who), roles=who.roles, note=note)
    return _back(number)


@router.post("/{number}/withdraw", dependencies=[_make])
async def withdraw(
    session: WriteSession, who: Who, number: Number, note: Note = ""
) -> RedirectResponse:
    """Undo it while it can be undone."""
    await service.withdraw(session, number, by=name_of(who), note=note)
    return _back(number)


@router.post("/{number}/go-on", dependencies=[_make])
async def go_on(
    session: WriteSession, who: Who, settings: Config, number: Number
) -> RedirectResponse:
    """Order again what was called off; try again what was stopped."""
    await service.go_on(session, number, by=name_of(who), zone=settings.zone)
    return _back(number)
