"""``/customers/addresses``: half-typed addresses; choose the place that is meant, or put aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.placing.words import DOUBTS, REASONS, SHOWS, VERDICTS
from agentdesk.shell import render
from crm.addresses.wording import TEXT_CHARS_MAX
from crm.customers.models import Premise
from crm.placing import queries, service
from crm.placing.models import PlacingDecision
from mainline.errors import MainlineError
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(include_in_schema=False, dependencies=[allow(Permission.EDIT_CUSTOMERS)])
LIMIT: Final = 20
PATH: Final = "/customers/addresses"
_ID_MAX: Final = 2**31
Words = Annotated[str, Query(max_length=TEXT_CHARS_MAX)]


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: which ones, found by what, behind which; one of them read anew."""

    show: queries.Show
    q: str
    after: int
    premise: int
    text: str

    def here(self, **changed: object) -> str:
        """The address of this look, or of one beside it."""
        asked = {"show": self.show, "q": self.q, "after": self.after, **changed}
        return f"{PATH}?{urlencode({name: each for name, each in asked.items() if each})}"


async def _look(
    show: queries.Show = "waiting", q: Words = "",
    after: Annotated[int, Query(ge=0, le=_ID_MAX)] = 0,
    premise: Annotated[int, Query(ge=0, le=_ID_MAX)] = 0, text: Words = "",
) -> Look:  # fmt: skip
    return Look(show, q, after, premise, text)


Looking = Annotated[Look, Depends(_look)]


@dataclass(frozen=True, slots=True)
class Row:
    """An address that waits, who is supplied there, what it may mean."""

    premise: Premise
    supplied: Sequence[queries.Supplied]
    text: str
    choices: Sequence[queries.Choice]
    decision: PlacingDecision | None


@router.get(PATH)
async def page(request: Request, session: ReadSession, who: Who, look: Looking) -> HTMLResponse:
    """Addresses that wait, and what was decided lately."""
    return await _page(request, session, who, look)


@router.post(PATH)
async def decide(
    request: Request,
    session: WriteSession,
    who: Who,
    look: Looking,
    waits: Annotated[int, Form(ge=1, le=_ID_MAX)],
    key: Annotated[str, Form(max_length=80)] = "",
    read_as: Annotated[str, Form(max_length=TEXT_CHARS_MAX)] = "",
) -> Response:
    """The place with this key is meant; without one, nobody can tell."""
    by = who.agent_number or who.name
    try:
        if key:
            await service.place(session, waits, key, by=by, text=read_as)
        else:
            await service.put_aside(session, waits, by=by)
    except MainlineError as refused:
        return await _page(request, session, who, look, refused)
    return RedirectResponse(look.here(), status_code=303)


@router.post(PATH + "/{decision_id}/undo")
async def undo(
    request: Request,
    session: WriteSession,
    who: Who,
    look: Looking,
    decision_id: Annotated[int, Path(ge=1, le=_ID_MAX)],
) -> Response:
    """It waits again, as it did."""
    try:
        await service.undo(session, decision_id, by=who.agent_number or who.name)
    except MainlineError as refused:
        return await _page(request, session, who, look, refused)
    return RedirectResponse(look.here(), status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    who: Principal,
    look: Look,
    refused: MainlineError | None = None,
) -> HTMLResponse:
    found = await queries.waiting(session, look.show, q=look.q, after=look.after, limit=LIMIT)
    return render(
        request, "placing/list.html", status=refused.status if refused else 200,
        rows=await _rows(session, look, found), look=look, sees=who.sees, shows=SHOWS,
        counts={show: await queries.count(session, show, q=look.q) for show in queries.SHOWS},
        history=await queries.history(session), verdicts=VERDICTS, reasons=REASONS, doubts=DOUBTS,
        onward=look.here(after=found[-1].id) if len(found) == LIMIT else "",
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
    )  # fmt: skip


async def _rows(session: AsyncSession, look: Look, found: Sequence[Premise]) -> list[Row]:
    ids = [premise.id for premise in found]
    supplied = await queries.supplied(session, ids)
    decided = await queries.standing(session, ids)
    texts = {premise.id: look.text for premise in found if premise.id == look.premise}
    return [
        Row(
            premise, supplied[premise.id], texts.get(premise.id, ""),
            await queries.choices(session, texts.get(premise.id) or premise.address_zh),
            decided.get(premise.id),
        )
        for premise in found
    ]  # fmt: skip
