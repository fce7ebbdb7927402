"""``/api/customers``: find customers and look at one."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from crm.customers import queries
from crm.customers.past import customers_of_premise_as_of, view_as_of
from crm.customers.schemas import CustomerRead
from crm.customers.search import QUERY_CHARS_MAX
from mainline.errors import Invalid
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, allow, cursor, position

router = APIRouter(
    prefix="/customers", tags=["customers"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)


@router.get("")
async def find_customers(
    session: ReadSession,
    who: Who,
    config: Config,
    q: Annotated[str, Query(max_length=QUERY_CHARS_MAX)] = "",
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 20,
    after: Annotated[str | None, Query(alias="next", max_length=200)] = None,
) -> Page[CustomerRead]:
    """Find customers by name, number, account or address."""
    place = position(after, 1) or [0]
    if not isinstance(place[0], int):
        raise Invalid("cursor")
    found = await queries.find(
        session, q, limit=limit, after=place[0], area_code=config.home_area_code
    )
    see = who.may(Permission.SEE_NUMBERS)
    more = cursor(found[-1].customer.id) if len(found) == limit else None
    return Page(items=[CustomerRead.of(view, see_numbers=see) for view in found], next=more)


@router.get("/of-premise/{premise_id}")
async def read_customers_of_premise(
    premise_id: int, session: ReadSession, who: Who, as_of: AwareDatetime
) -> Page[CustomerRead]:
    """Who had an account at a premise at that moment."""
    found = await customers_of_premise_as_of(session, premise_id, as_of)
    see = who.may(Permission.SEE_NUMBERS)
    return Page(items=[CustomerRead.of(view, see_numbers=see) for view in found])


@router.get("/{customer_id}")
async def read_customer(
    customer_id: int, session: ReadSession, who: Who, as_of: AwareDatetime | None = None
) -> CustomerRead:
    """One customer; ``as_of``: as they stood at that moment."""
    if as_of is None:
        view = await queries.view(session, customer_id)
    else:
        view = await view_as_of(session, customer_id, as_of)
    return CustomerRead.of(view, see_numbers=who.may(Permission.SEE_NUMBERS))
