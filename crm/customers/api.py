"""``/api/customers``: find customers, look at one, change what the archive keeps of them."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from crm.customers import phones, queries, service
from crm.customers.past import customers_of_premise_as_of, view_as_of
from crm.customers.schemas import (
    CustomerChange,
    CustomerRead,
    PhoneLabel,
    PhoneRead,
    PhoneWrite,
    Reason,
)
from crm.customers.search import QUERY_CHARS_MAX, tries_an_end
from crm.privacy import service as privacy
from crm.privacy.reading import Reads
from crm.privacy.schemas import UnmaskAsk, UnmaskedRead
from mainline.errors import Forbidden, Invalid
from mainline.ids import customer_subject
from mainline.permissions import Permission
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

router = APIRouter(
    prefix="/customers", tags=["customers"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)
_EDIT = [allow(Permission.EDIT_CUSTOMERS)]
Id = Annotated[int, Path(ge=1, le=2**31)]


@router.get("")
async def find_customers(
    session: ReadSession,
    who: Who,
    config: Config,
    reads: Reads,
    q: Annotated[str, Query(max_length=QUERY_CHARS_MAX)] = "",
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 20,
    after: Annotated[str | None, Query(alias="next", max_length=200)] = None,
) -> Page[CustomerRead]:
    """Find customers by name, number, account or address."""
    place = position(after, 1) or [0]
    if not isinstance(place[0], int):
        raise Invalid("cursor")
    asked = await reads.searches(guess=tries_an_end(q))
    found = await queries.find(
        session, q, limit=limit, after=place[0], area_code=config.home_area_code
    )
    await reads.listed(asked, len(found))
    more = cursor(found[-1].customer.id) if len(found) == limit else None
    return Page(items=[CustomerRead.of(view, who.sees) for view in found], next=more)


@router.get("/of-premise/{premise_id}")
async def read_customers_of_premise(
    premise_id: int, session: ReadSession, who: Who, reads: Reads, as_of: AwareDatetime
) -> Page[CustomerRead]:
    """Who had an account at a premise at that moment. Counts as a search."""
    asked = await reads.searches()
    found = await customers_of_premise_as_of(session, premise_id, as_of)
    await reads.listed(asked, len(found))
    return Page(items=[CustomerRead.of(view, who.sees) for view in found])


@router.get("/{customer_id}")
async def read_customer(
    customer_id: int,
    session: ReadSession,
    who: Who,
    reads: Reads,
    as_of: AwareDatetime | None = None,
) -> CustomerRead:
    """One customer; ``as_of``: as they stood at that moment."""
    if as_of is None:
        view = await queries.view(session, customer_id)
    else:
        view = await view_as_of(session, customer_id, as_of)
    subject = customer_subject(view.customer.id)
    await reads.opens(subject)
    return CustomerRead.of(view, await privacy.eyes(session, who, subject))


@router.post("/{customer_id}/unmask", status_code=201, dependencies=[allow(Permission.UNMASK)])
async def unmask_customer(
    customer_id: Annotated[int, Path(ge=1, le=2**31)],
    body: UnmaskAsk,
    session: WriteSession,
    who: Who,
) -> UnmaskedRead:
    """Take the masks off this customer for a short time; who, when and why is a fact."""
    subject = customer_subject((await queries.view(session, customer_id)).customer.id)
    row = await privacy.unmask(session, who, subject, **body.model_dump())
    return UnmaskedRead.of(row, who.sees)


@router.patch("/{customer_id}", dependencies=_EDIT)
async def change_customer(
    customer_id: Id, body: CustomerChange, session: WriteSession, who: Who
) -> CustomerRead:
    """Change facts about a customer; what is left out stays as it is."""
    facts = body.given()
    may_change(who, facts)
    await service.change(session, customer_id, facts, by=_name(who), why=body.why)
    eyes = await privacy.eyes(session, who, customer_subject(customer_id))
    return CustomerRead.of(await queries.view(session, customer_id), eyes)


def may_change(who: Principal, facts: Collection[str]) -> None:
    """Whom we do not serve as others is decided by those who keep the watch list."""
    if "restricted" in facts and not who.may(Permission.WATCH_CUSTOMERS):
        raise Forbidden


@router.post("/{customer_id}/phones", status_code=201, dependencies=_EDIT)
async def add_phone(
    customer_id: Id, body: PhoneWrite, session: WriteSession, who: Who, config: Config
) -> PhoneRead:
    """A telephone that somebody told us: not confirmed yet."""
    made = await phones.add(
        session, customer_id, body.number, label=body.label, by=_name(who), why=body.why,
        area_code=config.home_area_code,
    )  # fmt: skip
    return PhoneRead.of(made, who.sees)


@router.patch("/{customer_id}/phones/{phone_id}", dependencies=_EDIT)
async def label_phone(
    customer_id: Id, phone_id: Id, body: PhoneLabel, session: WriteSession, who: Who
) -> PhoneRead:
    """Say whose or what it is."""
    row = await phones.label(
        session, customer_id, phone_id, body.label, by=_name(who), why=body.why
    )
    return PhoneRead.of(row, who.sees)


@router.post("/{customer_id}/phones/{phone_id}/confirm", dependencies=_EDIT)
async def confirm_phone(
    customer_id: Id, phone_id: Id, session: WriteSession, who: Who
) -> PhoneRead:
    """It is theirs; again changes nothing."""
    row = await phones.confirm(session, customer_id, phone_id, by=_name(who))
    return PhoneRead.of(row, who.sees)


@router.post("/{customer_id}/phones/{phone_id}/end", dependencies=_EDIT)
async def end_phone(
    customer_id: Id, phone_id: Id, body: Reason, session: WriteSession, who: Who
) -> PhoneRead:
    """It is not theirs any more; it stays as history."""
    row = await phones.end(session, customer_id, phone_id, by=_name(who), why=body.why)
    return PhoneRead.of(row, who.sees)


def _name(who: Principal) -> str:
    return who.agent_number or who.name
