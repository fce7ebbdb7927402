"""What stands before every request: language, size and time limits, same-origin, headers.

Plain ASGI, so that streams pass through and context variables reach the handlers.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentdesk.shell import best_locale, known_locale
from mainline import acting
from mainline.config import Settings
from mainline.errors import Forbidden, MainlineError
from mainline.i18n import LOCALES, Locale, Text, speaking

LANGUAGE_COOKIE: Final = "mainline_language"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY: Final = 2_000_000
LONGEST_S: Final = 30
_ENDLESS: Final = ("/live",)
_LONG: Final = ("/audio",)


_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}")


class TooLarge(MainlineError):
    """The request's body is too large."""

    code = "too-large"
    status = 413
    words = Text("This is too large to be sent.")


class TooSlow(MainlineError):
    """The request took too long and was given up."""

    code = "too-slow"
    status = 503
    words = Text("This took too long and was given up. Please try again.")


class CrossSite(Forbidden):
    """Another site tried to make the browser act here."""

    code = "cross-site"
    words = Text("This request did not come from Mainline's own pages.")


def error_body(error: MainlineError) -> dict[str, object]:
    """The one form in which the API tells a refusal."""
    messages = {locale: error.words.to(locale, **error.values) for locale in LOCALES}
    return {"error": {"code": error.code, "message": messages["en"], "messages": messages}}


def content_policy(settings: Settings, host: str = "") -> str:
    """Nothing but our own files; sockets only to us and to this instance's Asterisk.

    ``host``: the name by which the page was asked for; the softphone uses the same.
    """
    port = settings.asterisk_https_port if settings.https else settings.asterisk_http_port
    scheme = "wss" if settings.https else "ws"
    name = host.partition(":")[0]
    sockets = f"{scheme}://{name if _HOST.fullmatch(name) else settings.public_host}:{port}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; media-src 'self' blob:; connect-src 'self' {sockets}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def security_headers(settings: Settings) -> Mapping[str, str]:
    """Sent with every response."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=()",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def same_origin(method: str, headers: Headers) -> bool:
    """Whether an unsafe request was made by our own page, or by no browser at all."""
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return "cookie" not in headers


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        policy = content_policy(self._settings, headers.get("host", ""))
        own = {**self._headers, "Content-Security-Policy": policy}
        outgoing = _Outgoing(send, own, scope["path"])
        with speaking(request_locale(headers, self._settings)), acting.one_request():
            try:
                _check(scope["method"], headers)
                async with asyncio.timeout(_limit_s(scope["path"])):
                    await self._app(scope, _limited(receive), outgoing)
            except MainlineError as error:
                await outgoing.refuse(error)
            except TimeoutError:
                await outgoing.refuse(TooSlow())


def _check(method: str, headers: Headers) -> None:
    if not same_origin(method, headers):
        raise CrossSite
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:12]) > LARGEST_BODY:
        raise TooLarge


def _limit_s(path: str) -> float | None:
    if path.startswith(_ENDLESS):
        return None
    return LONGEST_S * 20 if path.endswith(_LONG) else LONGEST_S


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLarge
        return message

    return take


class _Outgoing:
    """Adds the headers; can still refuse while nothing has left."""

    def __init__(self, send: Send, headers: Mapping[str, str], path: str) -> None:
        self._send, self._headers, self._path = send, headers, path
        self._started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if not self._path.startswith("/static/"):
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def refuse(self, error: MainlineError) -> None:
        if self._started:
            return
        body = json.dumps(error_body(error), ensure_ascii=False).encode()
        kind = (b"content-type", b"application/json")
        await self({"type": "http.response.start", "status": error.status, "headers": [kind]})
        await self({"type": "http.response.body", "body": body})


def request_locale(headers: Headers, settings: Settings) -> Locale:
    """The language chosen here before, else the browser's, else the company's."""
    try:
        jar = SimpleCookie(headers.get("cookie", "")[:4096])
    except CookieError:
        jar = SimpleCookie()
    chosen = jar[LANGUAGE_COOKIE].value if LANGUAGE_COOKIE in jar else None
    return known_locale(chosen) or best_locale(headers.get("accept-language", ""), settings.locale)
