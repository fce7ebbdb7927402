"""``/try``: a telephone for demo callers. There only in demo mode."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.customer.slots import Slots
from agentdesk.shell import render
from crm.customers import queries as customers
from dialplan.contract import HEADER_TRY_ANI
from dialplan.floor import Floor
from ivr.kinds import LINE
from ivr.lines import Line
from mainline import definitions
from mainline.errors import NotFound
from mainline.i18n import Text, _, current_locale
from mainline.web import Config, ReadSession, public

CALLERS_SHOWN: Final = 100
UNKNOWN: Final = "13900139000"
TEXTS: Final[Mapping[str, Text]] = {
    "idle": Text("Ready to call."),
    "dialling": Text("Calling …"),
    "talking": Text("Connected"),
    "ended": Text("The call is over."),
    "no-line": Text("No line to the telephone system yet."),
    "no-microphone": Text("No microphone: the call is silent from your side."),
    "sound-blocked": Text("The browser blocks the sound. Click anywhere on the page."),
    "call": Text("Dial"),
    "hang-up": Text("Hang up"),
}


async def demo_only(settings: Config) -> None:
    """Outside demo mode this page does not exist."""
    if not settings.demo:
        raise NotFound


router = APIRouter(prefix="/try", dependencies=[public, Depends(demo_only)])


class TryForm(BaseModel):
    """Which page asks."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[str, Field(pattern=r"^[0-9a-f-]{8,40}$")]


def slots_of(request: Request) -> Slots:
    """The demo telephones of this instance."""
    state = request.app.state
    if not hasattr(state, "slots"):
        state.slots = Slots(Floor(agents=[], queues=[]).try_slots)
    return cast(Slots, state.slots)


@router.get("")
async def page(request: Request, session: ReadSession) -> HTMLResponse:
    """The page: who calls, which number, a big button, a keypad."""
    return render(
        request,
        "customer/try.html",
        callers=await _callers(session),
        unknown=UNKNOWN,
        hotlines=await _hotlines(session),
        header=HEADER_TRY_ANI,
        texts={name: _(text) for name, text in TEXTS.items()},
    )


@router.post("/phone")
async def borrow(form: TryForm, request: Request, settings: Config) -> Mapping[str, Any]:
    """A demo telephone for this page, with a credential of its own."""
    endpoint = slots_of(request).borrow(form.page)
    credential = await request.app.state.ari.make(endpoint)
    return {
        "user": credential.user,
        "password": credential.password,
        "domain": settings.public_host,
        "scheme": "wss" if settings.https else "ws",
        "port": settings.asterisk_https_port if settings.https else settings.asterisk_http_port,
    }


@router.post("/end", status_code=204)
async def give_back(form: TryForm, request: Request) -> None:
    """The page goes away."""
    endpoint = slots_of(request).give_back(form.page)
    if endpoint is not None:
        await request.app.state.ari.drop(endpoint)


async def _callers(session: AsyncSession) -> list[dict[str, Any]]:
    """Demo customers with a telephone and where they live."""
    found = await customers.find(session, limit=CALLERS_SHOWN)
    english = current_locale() == "en"
    return [
        {
            "number": phone.number,
            "name": view.customer.name,
            "about": _about(view, english=english),
        }
        for view in found
        for phone in view.phones[:1]
    ]


def _about(view: customers.CustomerView, *, english: bool) -> str:
    if not view.accounts:
        return ""
    place = view.accounts[0]
    return place.address_en if english and place.address_en else place.address_zh


async def _hotlines(session: AsyncSession) -> list[dict[str, str]]:
    locale = current_locale()
    names = await definitions.names(session, LINE.name)
    lines = [cast(Line, (await definitions.current(session, LINE.name, n)).body) for n in names]
    lines.sort(key=lambda line: (line.hours != "always", line.dnis))
    return [{"dnis": line.dnis, "name": line.name.to(locale)} for line in lines]
