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
from crm.duplicates.looks import Pair
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
After = Annotated[str, Query(max_length=32, pattern=r"^([a-z]+-[0-9]{1,17})?$")]
"""Where the stretch of the town begins that is looked at."""


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
    after: After = "",
) -> HTMLResponse:
    """Undecided pairs of a stretch of the town, and what was decided lately."""
    return await _page(request, session, who, what, after)


@router.post(PATH)
async def decide(
    request: Request,
    session: WriteSession,
    who: Who,
    what: Kind,
    kept: Id,
    other: Id,
    verdict: Annotated[str, Form(pattern="^(merged|apart)$")],
    after: After = "",
) -> Response:
    """Keep one of them, or both."""
    act = service.merge if verdict == "merged" else service.dismiss
    try:
        await act(session, what, kept, other, by=who.agent_number or who.name)
    except MainlineError as refused:
        return await _page(request, session, who, what, after, refused)
    return RedirectResponse(_here(what, after), status_code=303)


@router.post(PATH + "/{decision_id}/undo")
async def undo(
    request: Request,
    session: WriteSession,
    who: Who,
    decision_id: Annotated[int, Path(ge=1)],
    what: Kind = "customer",
    after: After = "",
) -> Response:
    """As it was before."""
    try:
        await service.undo(session, decision_id, by=who.agent_number or who.name)
    except MainlineError as refused:
        return await _page(request, session, who, what, after, refused)
    return RedirectResponse(_here(what, after), status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    who: Principal,
    what: What,
    after: str,
    refused: MainlineError | None = None,
) -> HTMLResponse:
    look = await queries.find(session, what, limit=LIMIT, after=after)
    pairs = look.pairs
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
        after=after, here=_here(what, after), onward=_here(what, str(look.next or "")),
        more=look.next is not None,
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
    )  # fmt: skip


def _here(what: str, after: str) -> str:
    return f"{PATH}?what={what}" + (f"&after={after}" if after else "")


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
