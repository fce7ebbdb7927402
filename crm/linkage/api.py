"""``/api/linkage``: the rules, and what they did."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from crm.linkage import queries, service
from crm.linkage.rules import Rule
from mainline.errors import Invalid
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, allow, cursor, position

router = APIRouter(prefix="/linkage", tags=["work orders"])
ID_MAX: Final = 2**53


class RulesRead(BaseModel):
    """The rules in force."""

    version: int
    rules: list[Rule]


class FiringRead(BaseModel):
    """A rule met a fact; ``outcome`` is done, nothing or refused."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    rule: str
    version: int
    name_zh: str
    name_en: str
    at: datetime
    fact: str
    act: str
    outcome: str
    result: str
    work_order: str
    request: str
    account_id: int | None
    customer_id: int | None


@router.get("/rules", dependencies=[allow(Permission.SEE_DEFINITIONS)])
async def read_rules(session: ReadSession) -> RulesRead:
    """The rules in force with their version."""
    found = await service.book(session)
    return RulesRead(version=found.version, rules=list(found.body.rules))


@router.get("/firings", dependencies=[allow(Permission.SEE_WORK_ORDERS)])
async def list_firings(
    session: ReadSession,
    rule: Annotated[str, Query(max_length=32)] = "",
    work_order: Annotated[str, Query(max_length=20)] = "",
    request: Annotated[str, Query(max_length=20)] = "",
    account: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=100)] = None,
) -> Page[FiringRead]:
    """What the rules did, the newest first."""
    place = position(after, 1) or [0]
    if not isinstance(place[0], int) or not 0 <= place[0] <= ID_MAX:
        raise Invalid("cursor")
    found = await queries.firings(
        session, rule=rule, work_order=work_order, request=request, account_id=account,
        limit=limit, before=place[0],
    )  # fmt: skip
    more = cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[FiringRead.model_validate(one) for one in found], next=more)
