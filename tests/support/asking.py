"""A request handed to the application byte by byte: also one that no client would send."""

import asyncio
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI

WITHIN_S = 60
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Request:
    """What is asked. ``path`` and ``query`` as they go over the wire."""

    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    content_type: str = ""
    accept: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    """Others than those of the body and of a browser."""


@dataclass
class Answer:
    """How it was answered."""

    status: int = 0
    body: bytes = b""
    location: str = ""
    content_type: str = ""


async def ask(app: FastAPI, request: Request) -> Answer:
    """The answer, and its body as far as it comes at once: whoever asks goes away then."""
    begun, answer, asked = asyncio.Event(), Answer(), False

    async def receive() -> dict[str, object]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": request.body, "more_body": False}
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answer.status = int(str(message["status"]))
            answer.location = _header(message, b"location")
            answer.content_type = _header(message, b"content-type")
        else:
            answer.body += bytes(message.get("body", b""))  # type: ignore[arg-type]
        if message["type"] == "http.response.start" and request.path == b"/live":
            begun.set()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            begun.set()

    async with asyncio.timeout(WITHIN_S):
        try:
            await app(_scope(request), receive, send)  # type: ignore[arg-type]
        except Exception:
            assert answer.status, "nothing was answered"  # the server's own error page is out
    return answer


def _header(message: dict[str, object], wanted: bytes) -> str:
    headers: list[tuple[bytes, bytes]] = message["headers"]  # type: ignore[assignment]
    return next((value.decode() for name, value in headers if name == wanted), "")


def _scope(request: Request) -> dict[str, object]:
    headers = {
        **dict(request.headers), "host": "localhost", "sec-fetch-site": "same-origin",
        "accept": request.accept, "content-length": str(len(request.body)),
    }  # fmt: skip
    if request.content_type:
        headers["content-type"] = request.content_type
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": request.method, "raw_path": request.path, "query_string": request.query,
        "path": unquote_to_bytes(request.path).decode("utf-8", "replace"), "root_path": "",
        "client": ("192.0.2.1", 1), "server": ("localhost", 80),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }  # fmt: skip
