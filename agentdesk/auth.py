"""Signing in and out, the language switch, and who makes a request."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agentdesk.guard import LANGUAGE_COOKIE
from agentdesk.shell import home, known_locale, render
from crm.bulletins import service as bulletins
from crm.staff import auth as staff
from crm.staff import choosing
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Forbidden, Invalid, MainlineError
from mainline.i18n import Text, current_locale
from mainline.web import Principal, ReadSession, Who, public, signed_in

SESSION_COOKIE: Final = "mainline_session"
_YEAR_S: Final = 31_536_000
router = APIRouter()


class NotTwice(Invalid):
    """Typed twice, differently."""

    code = "password-not-twice"
    words = Text("The new password was not typed the same twice.")


class Authenticator:
    """Finds who makes a request: by the session's cookie, or by a bearer token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, request: Request) -> Principal | None:
        """Who it is; None for a stranger."""
        scheme, _space, bearer = request.headers.get("authorization", "").partition(" ")
        cookie = request.cookies.get(SESSION_COOKIE, "")
        async with self._database.reading() as session:
            if scheme.lower() == "bearer" and bearer:
                return await staff.principal_of_bearer(session, bearer[:200])
            return await staff.principal_of_session(session, cookie[:200]) if cookie else None


def next_page(wanted: str, fallback: str) -> str:
    """Where to go after a form: a path of ours, nothing else."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if ours and wanted.isprintable() else fallback


@router.get("/", dependencies=[signed_in()])
async def start(who: Who, session: ReadSession) -> RedirectResponse:
    """To where this person's work is; to what they must have read before, if there is any."""
    if not who.permissions:
        return RedirectResponse("/account", status_code=303)
    first = "/bulletins" if await bulletins.unread(session, who) else home(who)
    return RedirectResponse(first, status_code=303)


@router.get("/account", dependencies=[signed_in()])
async def account(request: Request, who: Who) -> HTMLResponse:
    """One's own password; the only page for whoever has to choose one first."""
    return _account(request, who)


@router.post("/account/password", dependencies=[signed_in()])
async def choose_password(
    request: Request,
    who: Who,
    present: Annotated[str, Form(max_length=200)],
    wanted: Annotated[str, Form(max_length=200)],
    again: Annotated[str, Form(max_length=200)],
) -> Response:
    """A password of one's own; with it the work opens."""
    if who.user_id is None:
        raise Forbidden
    database: Database = request.app.state.database
    address = request.client.host if request.client else ""
    try:
        if wanted != again:
            raise NotTwice
        await choosing.choose_password(
            database, who.user_id, present=present, wanted=wanted, session_id=who.session_id,
            address=address,
        )  # fmt: skip
    except MainlineError as error:
        return _account(request, who, error)
    if not who.permissions:
        return RedirectResponse("/", status_code=303)
    return _account(request, who, chosen=True)


def _account(
    request: Request, who: Principal, error: MainlineError | None = None, *, chosen: bool = False
) -> HTMLResponse:
    words = error.words.to(current_locale(), **error.values) if error else ""
    first = not who.roles and who.user_id is not None
    status = error.status if error else 200
    return render(request, "account.html", status, first=first, error=words, chosen=chosen)


@router.get("/sign-in", dependencies=[public])
async def sign_in_page(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002
    """The form."""
    return render(request, "sign_in.html", next=next_page(next, "/"), login="", error="")


@router.post("/sign-in", dependencies=[public])
async def sign_in(
    request: Request,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002
) -> Response:
    """Begin a session, or say no without telling what was wrong."""
    database: Database = request.app.state.database
    address = request.client.host if request.client else ""
    try:
        signed = await staff.sign_in(database, login=login, password=password, address=address)
    except MainlineError as error:
        words = error.words.to(current_locale(), **error.values)
        page = {"next": next_page(next, "/"), "login": login, "error": words}
        return render(request, "sign_in.html", status=error.status, **page)
    onwards = "/account" if signed.once else next_page(next, "/")
    response = RedirectResponse(onwards, status_code=303)
    _set_cookie(request, response, SESSION_COOKIE, signed.token)
    if request.cookies.get(LANGUAGE_COOKIE) is None and signed.principal.locale:
        _set_cookie(request, response, LANGUAGE_COOKIE, signed.principal.locale, _YEAR_S)
    return response


@router.post("/sign-out", dependencies=[public])
async def sign_out(request: Request) -> RedirectResponse:
    """End the session; the agent's telephone is signed out by the desk before."""
    token = request.cookies.get(SESSION_COOKIE, "")
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        await staff.sign_out(session, token[:200])
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/language", dependencies=[public])
async def language(
    request: Request,
    language: Annotated[str, Form(max_length=10)],
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002
) -> RedirectResponse:
    """Choose the language of the pages."""
    response = RedirectResponse(next_page(next, "/"), status_code=303)
    chosen = known_locale(language)
    if chosen is not None:
        _set_cookie(request, response, LANGUAGE_COOKIE, chosen, _YEAR_S)
    return response


def _set_cookie(
    request: Request, response: Response, name: str, value: str, age_s: int | None = None
) -> None:
    settings: Settings = request.app.state.settings
    response.set_cookie(
        name, value, max_age=age_s, httponly=True, samesite="lax", secure=settings.https
    )
