"""``/api/requests``: make, find, hand in, agree, refuse, withdraw; and roles at accounts."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from crm.life_cycle import flow, queries, roles_api, service
from crm.life_cycle.advance import definition, orders
from crm.life_cycle.details import Details, masked
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import NEEDS, RequestKind
from crm.privacy.reading import Reads
from mainline.errors import Invalid
from mainline.ids import customer_subject
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import (
    Config,
    Page,
    Principal,
    ReadSession,
    Who,
    WriteSession,
    allow,
    cursor,
    position,
)

requests = APIRouter(prefix="/requests", tags=["requests"])
_SEE = [allow(Permission.SEE_CUSTOMERS)]
_MAKE = [allow(Permission.MAKE_REQUESTS)]
_DECIDE = [allow(Permission.DECIDE_REQUESTS)]
ID_MAX: Final = 2**53
Number = Annotated[str, Path(pattern=r"^[0-9-]{4,20}$")]
Note = Annotated[str, Field(max_length=service.NOTE_CHARS_MAX)]
State = Literal[
    "open", "documents", "approval", "orders", "date", "done", "refused", "withdrawn"
]  # fmt: skip


class RequestWrite(BaseModel):
    """A new request. The same ``key`` never makes a second one."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=32)
    key: str = Field(min_length=1, max_length=100)
    account_id: int | None = Field(default=None, ge=1, le=ID_MAX)
    customer_id: int | None = Field(default=None, ge=1, le=ID_MAX)
    """Whose it is, where there is no account yet."""
    effective_on: date | None = None
    documents: tuple[Annotated[str, Field(max_length=32)], ...] = Field(default=(), max_length=20)
    details: Details = Details()
    note: Note = ""
    call_id: str | None = Field(default=None, max_length=64)


class DocumentWrite(BaseModel):
    """A paper that was handed in."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=32)
    note: Note = ""


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    note: Note = ""


class FeeRead(BaseModel):
    """A line of what it costs."""

    code: str
    zh: str
    en: str
    fen: int


class RequestRead(BaseModel):
    """A request as lists show it."""

    number: str
    kind: str
    version: int
    account_id: int | None
    customer_id: int
    call_id: str | None
    state: str
    stopped: str
    asked_at: datetime
    asked_by: str
    effective_on: date
    fees: list[FeeRead]
    fee_fen: int
    note: str
    ended_at: datetime | None

    @classmethod
    def of(cls, row: LifeRequest, sees: Eyes) -> "RequestRead":
        """As this person may see it."""
        return cls(**_plain(row, sees))


class RequestDetail(RequestRead):
    """A request with its papers, agreements and orders."""

    details: dict[str, Any]
    documents: list[dict[str, str]]
    missing: list[str]
    approvals: list[dict[str, str]]
    next_role: str | None
    """Whose agreement is next; null when none is."""
    orders: list[str]


class KindRead(BaseModel):
    """Something that can be requested, and what has to be told for it."""

    code: str
    name: LocalizedText
    effect: str
    needs: list[str]
    documents: list[str]
    approvals: list[str]
    orders: list[str]


def _plain(row: LifeRequest, sees: Eyes) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in RequestRead.model_fields}
    return plain | sees.texts(row, "note")


async def detail(session: AsyncSession, row: LifeRequest, who: Principal) -> RequestDetail:
    """All about it that this person may see."""
    kind = (await definition(session, row)).kind(row.kind)
    sees = who.sees
    return RequestDetail(
        **_plain(row, sees), details=masked(row, sees).model_dump(mode="json"),
        documents=[sees.fields(one) for one in row.documents],
        missing=list(flow.missing(kind, frozenset(one["code"] for one in row.documents))),
        approvals=[sees.fields(one) for one in row.approvals], next_role=next_role(kind, row),
        orders=[one.number for one in await orders(session, row)],
    )  # fmt: skip


def next_role(kind: RequestKind, row: LifeRequest) -> str | None:
    """Who has to agree now."""
    return kind.approvals[len(row.approvals)].role if row.state == "approval" else None


@requests.get("", dependencies=_SEE)
async def list_requests(
    session: ReadSession,
    who: Who,
    state: State | None = None,
    kind: Annotated[str | None, Query(max_length=32)] = None,
    customer: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
    account: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=100)] = None,
) -> Page[RequestRead]:
    """Requests, the newest first."""
    place = position(after, 1) or [0]
    if not isinstance(place[0], int) or not 0 <= place[0] <= ID_MAX:
        raise Invalid("cursor")
    wanted = queries.Wanted(state, kind, customer, account)
    found = await queries.find(session, wanted, limit=limit, before=place[0])
    more = cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[RequestRead.of(one, who.sees) for one in found], next=more)


@requests.get("/kinds", dependencies=_SEE)
async def list_kinds(session: ReadSession) -> Page[KindRead]:
    """What can be requested now."""
    body = await queries.life_cycle(session)
    return Page(items=[
        KindRead(
            code=one.code, name=one.name, effect=one.effect, needs=list(NEEDS[one.effect]),
            documents=[each.code for each in one.documents if each.required],
            approvals=[each.role for each in one.approvals],
            orders=[each.type for each in one.orders],
        ) for one in (body.kinds if body else ())
    ])  # fmt: skip


@requests.post("", status_code=201, dependencies=_MAKE)
async def make_request(
    body: RequestWrite, session: WriteSession, who: Who, config: Config
) -> RequestDetail:
    """Request something; refused when a check is not passed."""
    made = await service.ask(
        session, key=f"api:{body.key}", by=name_of(who), zone=config.zone,
        area_code=config.home_area_code, details=body.details,
        **body.model_dump(exclude={"key", "details"}),
    )  # fmt: skip
    return await detail(session, made, who)


@requests.get("/{number}", dependencies=_SEE)
async def read_request(
    number: Number, session: ReadSession, who: Who, reads: Reads
) -> RequestDetail:
    """One request by its pre-acceptance number, at whatever counter."""
    row = await service.by_number(session, number)
    await reads.opens(customer_subject(row.customer_id))
    return await detail(session, row, who)


@requests.post("/{number}/documents", dependencies=_MAKE)
async def hand_in(
    number: Number, body: DocumentWrite, session: WriteSession, who: Who, config: Config
) -> RequestDetail:
    """A paper is there."""
    row = await service.hand_in(
        session, number, body.document, by=name_of(who), zone=config.zone, note=body.note
    )
    return await detail(session, row, who)


@requests.post("/{number}/approve", dependencies=_DECIDE)
async def approve(
    number: Number, body: Reason, session: WriteSession, who: Who, config: Config
) -> RequestDetail:
    """Agree to the step that is next."""
    row = await service.approve(
        session, number, by=name_of(who), roles=who.roles, zone=config.zone, note=body.note
    )
    return await detail(session, row, who)


@requests.post("/{number}/refuse", dependencies=_DECIDE)
async def refuse(number: Number, body: Reason, session: WriteSession, who: Who) -> RequestDetail:
    """Not agree, with a reason."""
    row = await service.refuse(session, number, by=name_of(who), roles=who.roles, note=body.note)
    return await detail(session, row, who)


@requests.post("/{number}/withdraw", dependencies=_MAKE)
async def withdraw(number: Number, body: Reason, session: WriteSession, who: Who) -> RequestDetail:
    """Undo it before it takes effect."""
    row = await service.withdraw(session, number, by=name_of(who), note=body.note)
    return await detail(session, row, who)


@requests.post("/{number}/go-on", dependencies=_MAKE)
async def go_on(number: Number, session: WriteSession, who: Who, config: Config) -> RequestDetail:
    """Order again what was called off, try again what could not take effect."""
    row = await service.go_on(session, number, by=name_of(who), zone=config.zone)
    return await detail(session, row, who)


def name_of(who: Principal) -> str:
    """How this person stands in histories: agents by their number."""
    return who.agent_number or who.name


router = APIRouter()
router.include_router(requests)
router.include_router(roles_api.router)
