"""Requests: made, papers handed in, agreed to step by step, refused, withdrawn, in effect."""

from datetime import date
from typing import Final, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.fields import checked
from crm.customers.models import Customer, Premise, ServiceAccount
from crm.life_cycle import flow, known
from crm.life_cycle.advance import advance, call_off, definition
from crm.life_cycle.details import Details, NeedsAccount, complete
from crm.life_cycle.events import (
    RequestApproved,
    RequestAsked,
    RequestDocument,
    RequestRefused,
    RequestWithdrawn,
    request_subject,
)
from crm.life_cycle.kinds import LIFE_CYCLE
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import NEEDS, LifeCycle, RequestKind
from crm.work_orders.numbering import next_number
from mainline import definitions
from mainline.acting import because
from mainline.clock import now
from mainline.db import Base
from mainline.definitions import COMPANY
from mainline.errors import Invalid, NotFound
from mainline.journal import append

NOTE_CHARS_MAX: Final = 1000
KEY_CHARS_MAX: Final = 160
R = TypeVar("R", bound=Base)


async def ask(
    session: AsyncSession, *, kind: str, key: str, by: str, details: Details, zone: ZoneInfo,
    account_id: int | None = None, customer_id: int | None = None,
    effective_on: date | None = None, documents: tuple[str, ...] = (), note: str = "",
    call_id: str | None = None, area_code: str = "",
) -> LifeRequest:  # fmt: skip
    """Make a request, if its checks are passed; the same ``key`` gives the same one again."""
    if not 0 < len(key) <= KEY_CHARS_MAX:
        raise Invalid("key")
    found = await definitions.current(session, LIFE_CYCLE.name, COMPANY)
    body = cast(LifeCycle, found.body)
    what = body.kind(kind)
    about_one = "account" in NEEDS[what.effect]
    if about_one and account_id is None:
        raise NeedsAccount
    account = await _account(session, account_id if about_one else None)
    if (there := await _by_key(session, key)) is not None:
        return there
    owner = account.customer_id if account else await _customer(session, customer_id)
    told = await _told(session, what, details, account, area_code)
    at, today = now(), now().astimezone(zone).date()
    begins = effective_on or today
    await _check(session, body, what, account, told, today, begins)
    number = await next_number(session, today)
    if (there := await _by_key(session, key)) is not None:
        return there  # another process was faster; the counter's row made us wait for it
    request = LifeRequest(
        number=number, key=key, kind=kind, version=found.version, state="documents",
        account_id=account.id if account else None, customer_id=owner, call_id=call_id,
        asked_at=at, asked_by=by, effective_on=begins, details=told.model_dump(mode="json"),
        documents=[], approvals=[], note=note.strip()[:NOTE_CHARS_MAX],
        **await _fees(session, what, account, told),
    )  # fmt: skip
    session.add(request)
    await session.flush()
    await _tell_asked(session, request)
    for document in documents:
        await _receive(session, request, what, document, by, "")
    await advance(session, request, by=by, zone=zone)
    return request


async def _told(
    session: AsyncSession, what: RequestKind, details: Details, account: ServiceAccount | None,
    area_code: str,
) -> Details:  # fmt: skip
    """What the effect needs and what the company asks for, checked."""
    told = await complete(session, what, details, account, area_code)
    return told.model_copy(update={"fields": checked(what.fields, told.fields)})


async def _check(
    session: AsyncSession, body: LifeCycle, what: RequestKind, account: ServiceAccount | None,
    told: Details, today: date, begins: date,
) -> None:  # fmt: skip
    await known.check_none_open(session, account, told)
    flow.check_date(begins, today)
    asked_for = await known.of(session, account, told, asked_on=today, starts_on=begins)
    flow.check(body, what, asked_for)


async def _tell_asked(session: AsyncSession, request: LifeRequest) -> None:
    await append(session, RequestAsked(
        subject=request_subject(request.number), at=request.asked_at, number=request.number,
        what=request.kind, version=request.version, account_id=request.account_id,
        customer_id=request.customer_id, effective_on=request.effective_on,
        by=request.asked_by, call_id=request.call_id,
    ))  # fmt: skip


async def _fees(
    session: AsyncSession, what: RequestKind, account: ServiceAccount | None, told: Details
) -> dict[str, object]:
    """Lines in integer fen, by the new area if there is one."""
    home = await session.get(Premise, account.premise_id) if account else None
    area = told.area_m2 or (home.area_m2 if home else 0)
    lines = [
        {"code": fee.code, "zh": fee.name.zh, "en": fee.name.en, "fen": fee.amount_fen(area)}
        for fee in what.fees
    ]
    return {"fees": lines, "fee_fen": sum(cast(int, line["fen"]) for line in lines)}


async def hand_in(
    session: AsyncSession, number: str, document: str, *, by: str, zone: ZoneInfo, note: str = ""
) -> LifeRequest:
    """A paper is there; handed in again it stays as it was."""
    request = await by_number(session, number, lock=True)
    if request.state not in flow.OPEN:
        raise flow.InEffect if request.state == "done" else flow.NotNow
    body = await definition(session, request)
    what = body.kind(request.kind)
    if not what.approvals:  # nobody looks at it afterwards
        await _check_still(session, body, request, zone)
    await _receive(session, request, what, document, by, note)
    await advance(session, request, by=by, zone=zone)
    return request


async def _receive(
    session: AsyncSession, request: LifeRequest, what: RequestKind, document: str, by: str,
    note: str,
) -> None:  # fmt: skip
    if document not in {one.code for one in what.documents}:
        raise NotFound("document")
    if document in {one["code"] for one in request.documents}:
        return
    at, words = now(), note.strip()[:NOTE_CHARS_MAX]
    line = {"code": document, "by": by, "at": at.isoformat(), "note": words}
    request.documents = [*request.documents, line]
    await append(session, RequestDocument(
        subject=request_subject(request.number), at=at, number=request.number, document=document,
        by=by, note=words,
    ))  # fmt: skip


async def approve(
    session: AsyncSession, number: str, *, by: str, roles: frozenset[str], zone: ZoneInfo,
    note: str = "",
) -> LifeRequest:  # fmt: skip
    """Agree to the step that is next; the checks have to be passed still."""
    request = await by_number(session, number, lock=True)
    body = await definition(session, request)
    what = body.kind(request.kind)
    _check_decider(request, what, by, roles)
    await _check_still(session, body, request, zone)
    step, at = len(request.approvals), now()
    role, words = what.approvals[step].role, note.strip()[:NOTE_CHARS_MAX]
    line = {"role": role, "by": by, "at": at.isoformat(), "note": words}
    request.approvals = [*request.approvals, line]
    await append(session, RequestApproved(
        subject=request_subject(number), at=at, number=number, what=what.code, step=step + 1,
        role=role, by=by, note=words,
    ))  # fmt: skip
    await advance(session, request, by=by, zone=zone)
    return request


async def _check_still(
    session: AsyncSession, body: LifeCycle, request: LifeRequest, zone: ZoneInfo
) -> None:
    """As when it was asked for, but what comes late takes effect late."""
    told, account = Details.model_validate(request.details), await _account_of(session, request)
    today = now().astimezone(zone).date()
    by_now = await known.of(
        session, account, told, asked_on=request.asked_at.astimezone(zone).date(),
        starts_on=max(request.effective_on, today),
    )  # fmt: skip
    flow.check(body, body.kind(request.kind), by_now)


async def refuse(
    session: AsyncSession, number: str, *, by: str, roles: frozenset[str], note: str
) -> LifeRequest:
    """Not agree, and say why."""
    request = await by_number(session, number, lock=True)
    what = (await definition(session, request)).kind(request.kind)
    _check_decider(request, what, by, roles)
    if not note.strip():
        raise flow.ReasonNeeded
    because(session, note)
    request.state, request.ended_at = "refused", now()
    await append(session, RequestRefused(
        subject=request_subject(number), number=number, what=what.code, by=by,
        note=note.strip()[:NOTE_CHARS_MAX],
    ))  # fmt: skip
    return request


def _check_decider(request: LifeRequest, what: RequestKind, by: str, roles: frozenset[str]) -> None:
    earlier = [one["by"] for one in request.approvals]
    flow.check_decider(what, request.state, request.asked_by, earlier, by, roles)


async def withdraw(session: AsyncSession, number: str, *, by: str, note: str) -> LifeRequest:
    """Undo it before it takes effect; the orders that followed are called off."""
    request = await by_number(session, number, lock=True)
    if request.state not in flow.OPEN:
        raise flow.InEffect if request.state == "done" else flow.NotNow
    if not note.strip():
        raise flow.ReasonNeeded
    because(session, note)
    request.state, request.ended_at, request.stopped = "withdrawn", now(), ""
    await call_off(session, request, by=by, note=note)
    await append(session, RequestWithdrawn(
        subject=request_subject(number), number=number, what=request.kind, by=by,
        note=note.strip()[:NOTE_CHARS_MAX],
    ))  # fmt: skip
    return request


async def go_on(session: AsyncSession, number: str, *, by: str, zone: ZoneInfo) -> LifeRequest:
    """Try again what could not take effect, and order again what was called off."""
    request = await by_number(session, number, lock=True)
    if request.state not in {"orders", "date"}:
        raise flow.NotNow
    await advance(session, request, by=by, zone=zone, again=True)
    return request


async def by_number(session: AsyncSession, number: str, *, lock: bool = False) -> LifeRequest:
    """The request with this pre-acceptance number."""
    wanted = select(LifeRequest).where(LifeRequest.number == number.strip())
    request = await session.scalar(wanted.with_for_update() if lock else wanted)
    if request is None:
        raise NotFound("request")
    return request


async def _by_key(session: AsyncSession, key: str) -> LifeRequest | None:
    found: LifeRequest | None = await session.scalar(
        select(LifeRequest).where(LifeRequest.key == key)
    )
    return found


async def _account(session: AsyncSession, account_id: int | None) -> ServiceAccount | None:
    """Locked: of two who ask at once for one account, the second is told of the first."""
    if account_id is None:
        return None
    wanted = select(ServiceAccount).where(ServiceAccount.id == account_id)
    return _there(await session.scalar(wanted.with_for_update()), "account")


async def _account_of(session: AsyncSession, request: LifeRequest) -> ServiceAccount | None:
    return await session.get(ServiceAccount, request.account_id) if request.account_id else None


async def _customer(session: AsyncSession, customer_id: int | None) -> int:
    found = await session.get(Customer, customer_id) if customer_id is not None else None
    return _there(found, "customer").id


def _there(found: R | None, what: str) -> R:
    if found is None:
        raise NotFound(what)
    return found
