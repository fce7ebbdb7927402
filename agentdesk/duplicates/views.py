"""``/customers/duplicates``: pairs side by side; keep one, say they are two, undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.duplicates.words import REASONS, VERDICTS, WHATS
from agentdesk.shell import render
from crm.customers import queries as customers
from crm.duplicates import queries, service
from crm.duplicates.queries import Pair
from crm.duplicates.rules import What
from mainline.errors import MainlineError
from mainline.i18n import Text, current_locale
from mainline.permissions import Permission
from mainline.web import Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(include_in_schema=False, dependencies=[allow(Permission.EDIT_CUSTOMERS)])
LIMIT: Final = 30
PATH: Final = "/customers/duplicates"
Kind = Annotated[What, Form()]
Id = Annotated[int, Form(ge=1)]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, in lines of text."""

    id: int
    name: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A pair with both sides and why it is shown."""

    pair: Pair
    sides: tuple[Side, Side]
    reasons: Sequence[Text]


@router.get(PATH)
async def page(
    request: Request,
    session: ReadSession,
    who: Who,
    what: Annotated[What, Query()] = "customer",
) -> HTMLResponse:
    """Undecided pairs, and what was decided lately."""
    return await _page(request, session, who, what)


@router.post(PATH)
async def decide(
    request: Request,
    session: WriteSession,
    who: Who,
    what: Kind,
    kept: Id,
    other: Id,
    verdict: Annotated[str, Form(pattern="^(merged|apart)$")],
) -> Response:
    """Keep one of them, or both."""
    act = service.merge if verdict == "merged" else service.dismiss
    try:
        await act(session, what, kept, other, by=who.agent_number or who.name)
    except MainlineError as refused:
        return await _page(request, session, who, what, refused)
    return RedirectResponse(f"{PATH}?what={what}", status_code=303)


@router.post(PATH + "/{decision_id}/undo")
async def undo(
    request: Request,
    session: WriteSession,
    who: Who,
    decision_id: Annotated[int, Path(ge=1)],
    what: Kind = "customer",
) -> Response:
    """As it was before."""
    try:
        await service.undo(session, decision_id, by=who.agent_number or who.name)
    except MainlineError as refused:
        return await _page(request, session, who, what, refused)
    return RedirectResponse(f"{PATH}?what={what}", status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    who: Principal,
    what: What,
    refused: MainlineError | None = None,
) -> HTMLResponse:
    pairs = await queries.find(session, what, limit=LIMIT)
    ids = [each for pair in pairs for each in (pair.first_id, pair.second_id)]
    sides = await (_people if what == "customer" else _places)(session, who, ids)
    return render(
        request, "duplicates/list.html", status=refused.status if refused else 200,
        rows=[
            Row(pair, (sides[pair.first_id], sides[pair.second_id]),
                [REASONS[each] for each in pair.likeness.reasons])
            for pair in pairs
        ],
        history=await queries.history(session), what=what, whats=WHATS, verdicts=VERDICTS,
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
    )  # fmt: skip


async def _people(session: AsyncSession, who: Principal, ids: Sequence[int]) -> dict[int, Side]:
    sees = who.sees
    return {
        view.customer.id: Side(view.customer.id, sees.name(view.customer.name), [
            *(sees.number(phone.number) for phone in view.phones),
            *(
                f"{one.number} {sees.address(_address(one.address_zh, one.address_en))}"
                for one in view.accounts
            ),
        ])
        for view in await customers.views(session, list(dict.fromkeys(ids)))
    }  # fmt: skip


async def _places(session: AsyncSession, _who: Principal, ids: Sequence[int]) -> dict[int, Side]:
    accounts = await queries.accounts_at(session, ids)
    return {
        place.id: Side(place.id, _address(place.address_zh, place.address_en), accounts[place.id])
        for place in (await queries.premises(session, ids)).values()
    }


def _address(zh: str, en: str) -> str:
    return en if current_locale() == "en" and en else zh
