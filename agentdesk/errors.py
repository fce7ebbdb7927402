"""Refusals as people and programs read them: pages for browsers, one JSON form for the API."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import StatementError
from starlette.exceptions import HTTPException

from agentdesk.guard import error_body
from agentdesk.shell import render
from mainline.errors import Forbidden, Invalid, MainlineError, NotFound, Unauthenticated
from mainline.i18n import Text, current_locale
from mainline.log import get_logger

log = get_logger("web")
_DATA_EXCEPTION: Final = "22"
"""The class of a database's errors that are about a value, not about us."""


class Unexpected(MainlineError):
    """A fault of ours."""

    code = "internal"
    status = 500
    words = Text("Something went wrong here. It has been noted.")


class WrongMethod(MainlineError):
    """The address exists, the method does not."""

    code = "method"
    status = 405
    words = Text("This cannot be done at this address.")


def wants_page(request: Request) -> bool:
    """Whether a person is looking: a browser that navigates, not a script or a program."""
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "")


def answer(request: Request, error: MainlineError) -> Response:
    """The refusal in the form that whoever asked can read."""
    if not wants_page(request):
        return JSONResponse(error_body(error), status_code=error.status)
    if isinstance(error, Unauthenticated):
        return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
    words = error.words.to(current_locale(), **error.values)
    return render(request, "error.html", status=error.status, code=error.code, words=words)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, MainlineError)  # noqa: S101 - registered for these only
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return answer(request, Invalid(_what_is_wrong(error.errors())))


def _what_is_wrong(errors: Sequence[Any]) -> str:
    """Names the fields, never the values: those may be private."""
    parts = [f"{'.'.join(map(str, each['loc'][1:]))}: {each['type']}" for each in errors[:5]]
    return ", ".join(parts)


_BY_STATUS: dict[int, type[MainlineError]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: WrongMethod,
    422: Invalid,
}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, MainlineError):  # refused while the body was being read
        return answer(request, error.__cause__)
    return answer(request, _BY_STATUS.get(error.status_code, Unexpected)())


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request.failed", path=request.url.path, exc_info=error)
    return answer(request, Unexpected())


async def _unfit(request: Request, error: Exception) -> Response:
    """A value that nothing can hold: too large a number, a character or a time that is none."""
    if isinstance(error, StatementError) and not _of_value(error.orig):
        return await _unexpected(request, error)
    log.warning("request.unfit", path=request.url.path, error=type(error).__name__)
    return answer(request, Invalid("value"))


def _of_value(error: BaseException | None) -> bool:
    state = str(getattr(error, "sqlstate", None) or "")
    return isinstance(error, ValueError | OverflowError) or state.startswith(_DATA_EXCEPTION)


def install(app: FastAPI) -> None:
    """Let the application answer its errors in our way."""
    app.add_exception_handler(MainlineError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for unfit in (OverflowError, UnicodeError, StatementError):
        app.add_exception_handler(unfit, _unfit)
    app.add_exception_handler(Exception, _unexpected)
