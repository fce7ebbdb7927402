"""The web application: all features' APIs under /api, all desks' pages, one live stream."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import uvicorn
from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from agentdesk import auth, desks, errors
from agentdesk.agent.claims import Claims
from agentdesk.audience import Audience
from agentdesk.description import description
from agentdesk.guard import Guard
from agentdesk.live import Feed, Live
from agentdesk.shell import environment, render, static_files
from agentdesk.telephony import Telephony
from mainline import features
from mainline.config import Settings
from mainline.db import Database
from mainline.log import set_up
from mainline.process import http as health
from mainline.process.heartbeat import beating
from mainline.secrets import Secrets
from mainline.web import Who, public, signed_in, undeclared

API: Final = "/api"
router = APIRouter()


class TelephonyLike(Protocol):
    """The telephone system as the application needs it; tests hand in their own."""

    switchboard: Any
    ari: Any

    async def start(self) -> None:
        """Begin to connect."""

    async def stop(self) -> None:
        """Let go."""


class UndeclaredRoute(RuntimeError):
    """A route names no permission: the application does not start."""


class _Files(StaticFiles):
    """Static files that browsers keep, but ask about."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with a word on how long it may be kept."""
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000" if marked else "no-cache"
        return response


def create_app(
    settings: Settings, database: Database, telephony: TelephonyLike | None = None
) -> FastAPI:
    """The application of one instance. Desks find the telephone system as
    ``app.state.switchboard`` and ``app.state.ari``.
    """
    telephony = telephony or Telephony(settings, Secrets.load_or_create(settings.home))
    app = FastAPI(
        title="Mainline", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
    )
    app.state.settings, app.state.database = settings, database
    app.state.authenticate = auth.Authenticator(database)
    app.state.templates = environment(settings)
    app.state.live = Live(database, _feeds())
    app.state.telephony, app.state.claims = telephony, Claims()
    app.state.switchboard, app.state.ari = telephony.switchboard, telephony.ari
    errors.install(app)
    app.add_middleware(Guard, settings=settings)
    app.router.routes.extend(_routes())
    return app


def _feeds() -> Iterable[Feed]:
    return [feed for module in desks.modules("feeds") for feed in module.FEEDS]


@cache
def _routes() -> Sequence[BaseRoute]:
    """Every route there is. They hold no state, and working them out takes a second."""
    every = APIRouter()
    for module in features.modules("api"):
        every.include_router(module.router, prefix=API)
    every.include_router(health.router)
    for module in desks.modules("views"):
        every.include_router(module.router, include_in_schema=False)
    every.include_router(auth.router, include_in_schema=False)
    every.include_router(router)
    for name, folder in sorted(static_files().items(), reverse=True):
        if folder.is_dir():
            files = _Files(directory=folder)
            every.mount(f"/static/{name}".rstrip("/"), files, name=f"static {name}")
    if forgotten := undeclared(every.routes):
        raise UndeclaredRoute(", ".join(forgotten))
    return tuple(every.routes)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with beating(app.state.settings.home, "web") as pulse:
        await app.state.live.start()
        await app.state.telephony.start()
        pulse.say("up")
        try:
            yield
        finally:
            await app.state.live.stop()
            await app.state.telephony.stop()


@router.get("/live", dependencies=[signed_in()], include_in_schema=False)
async def live_stream(
    request: Request,
    who: Who,
    feeds: Annotated[str, Query(max_length=100)] = "",
    everything: bool = False,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
    after: Annotated[int | None, Query(ge=0)] = None,
) -> StreamingResponse:
    """Facts and pictures as they happen; resumes after ``Last-Event-ID``."""
    live: Live = request.app.state.live
    wanted = frozenset(
        name
        for name in feeds.split(",")
        if name in live.feeds and who.may(live.feeds[name].permission)
    )
    resume = int(last_event_id) if last_event_id.isdecimal() else after
    audience = Audience.of(who, everything=everything)
    return StreamingResponse(
        live.stream(audience, wanted, resume, who.user_id),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.get("/api/openapi.json", dependencies=[public], include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The API's description for programs."""
    return JSONResponse(description(request.app))


@router.get("/api/docs", dependencies=[public], include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """The API's description for people, made here, without foreign scripts."""
    return render(request, "api_docs.html", api=description(request.app))


def server(settings: Settings, app: FastAPI) -> uvicorn.Server:
    """The HTTP server of one instance, not yet running."""
    tls: dict[str, Path | None] = {}
    if settings.https:
        tls = {"ssl_certfile": settings.tls_certificate, "ssl_keyfile": settings.tls_key}
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=32_768,
        **tls,  # type: ignore[arg-type]
    )
    return _Server(config, app.state.live)


class _Server(uvicorn.Server):
    """Closes the endless streams when asked to stop, so that stopping takes no time."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: Any = None) -> None:
        """Let the streams go first."""
        self._live.close_streams()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Run the web process until it is told to stop."""
    set_up("web")
    database = Database(settings.database)
    app = create_app(settings, database)
    server(settings, app).run()
