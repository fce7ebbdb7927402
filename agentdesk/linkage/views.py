"""``/linkage``: the rules in words, a switch for each, and what they did lately."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.linkage.words import OUTCOMES, TONES, act_words, then_words, when_words
from agentdesk.shell import render
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.linkage import queries, service
from mainline.errors import NotFound
from mainline.permissions import Permission
from mainline.web import ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/linkage", include_in_schema=False)
LIMIT: Final = 50
Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


@router.get("", dependencies=[allow(Permission.SEE_DEFINITIONS)])
async def page(
    request: Request, session: ReadSession, who: Who,
    rule: Annotated[str, Query(max_length=32)] = "",
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> HTMLResponse:  # fmt: skip
    """All rules; what one of them, or all, did."""
    book, types = await service.book(session), await _types(session)
    found = await queries.firings(session, rule=rule, limit=LIMIT, before=before)
    return render(
        request, "linkage/rules.html",
        version=book.version, rule=rule, firings=found, outcomes=OUTCOMES, tones=TONES,
        rules=[
            (one, when_words(one.when, types), then_words(one.then, types))
            for one in book.body.rules
        ],
        act_words=act_words, may_edit=who.may(Permission.EDIT_DEFINITIONS),
        sees_orders=who.may(Permission.SEE_WORK_ORDERS),
        more=found[-1].id if len(found) == LIMIT else 0,
    )  # fmt: skip


async def _types(session: AsyncSession) -> WorkOrderTypes | None:
    try:
        return (await catalog.work_order_types(session)).body
    except NotFound:
        return None


@router.post("/{code}", dependencies=[allow(Permission.EDIT_DEFINITIONS)])
async def switch(
    session: WriteSession, who: Who, code: Code, on: Annotated[bool, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:  # fmt: skip
    """On or off from the next fact on, as a version with who and why."""
    await service.switch(session, code, on=on, by=who.name, why=why)
    return RedirectResponse("/linkage", 303)
