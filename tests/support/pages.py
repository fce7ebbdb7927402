"""Pages without a browser: an application with some desks' views, and somebody signed in."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request

from agentdesk import errors
from agentdesk.guard import Guard
from agentdesk.shell import environment
from mainline.config import Settings
from mainline.db import Database
from mainline.permissions import ROLES, Rights
from mainline.web import Principal


class Pages:
    """A client with a changeable sign-in."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.app, self.client = app, client

    def sign_in(
        self,
        *roles: str,
        name: str = "chen",
        number: str | None = None,
        user_id: int = 7,
        rights: Rights = ROLES,
    ) -> None:
        """From now on this person asks."""
        who = Principal(
            user_id, name, frozenset(roles), agent_number=number, session_id="s7", rights=rights
        )

        async def authenticate(_request: Request) -> Principal | None:
            return who if roles else None

        self.app.state.authenticate = authenticate

    async def get(self, path: str, *, language: str = "en") -> httpx.Response:
        """As a browser in that language."""
        return await self.client.get(path, headers=_headers(language))

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, language: str = "en"
    ) -> httpx.Response:
        """A form of our own page."""
        headers = {**_headers(language), "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, data=fields or {}, headers=headers)

    async def send(self, path: str, body: object, *, language: str = "en") -> httpx.Response:
        """JSON, as a script of our own page sends it."""
        headers = {"Accept-Language": language, "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, json=body, headers=headers)


def _headers(language: str) -> dict[str, str]:
    return {"Accept": "text/html", "Accept-Language": language}


@asynccontextmanager
async def pages(
    settings: Settings, database: Database, routers: Iterable[APIRouter], *roles: str
) -> AsyncIterator[Pages]:
    """The views of these routers, nothing else running."""
    app = FastAPI(openapi_url=None)
    app.state.settings, app.state.database = settings, database
    app.state.templates = environment(settings)
    errors.install(app)
    app.add_middleware(Guard, settings=settings)
    for router in routers:
        app.include_router(router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        opened = Pages(app, client)
        opened.sign_in(*roles)
        yield opened
