"""A receiver that behaves as told, and a sender that is turned by hand."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from mainline.config import Settings
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.secrets import Secrets
from mainline.webhooks import rules, service
from mainline.webhooks.addresses import GuardedResolver, networks
from mainline.webhooks.models import Webhook
from mainline.webhooks.sending import Sender
from tests.support.clock import StandingClock

INSIDE = "127.0.0.0/8"


@dataclass
class Receiver:
    """Notes what it hears; ``answers`` are given in turn, then 200. 0: never answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refuses: Callable[[dict[str, Any]], bool] = lambda _body: False

    async def hear(self, request: web.Request) -> web.Response:
        content = await request.read()
        told = json.loads(content)
        self.heard.append(told)
        self.bodies.append(content)
        self.headers.append(dict(request.headers))
        status = self.answers.pop(0) if self.answers else 500 if self.refuses(told) else 200
        if status == 0:
            await asyncio.sleep(30)
        headers = {"Location": self.url} if status == 302 else {}
        return web.Response(status=status or 200, headers=headers)

    def calls(self) -> list[tuple[str, str]]:
        """What was heard: kind and subject."""
        return [(told["kind"], told["subject"]) for told in self.heard]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    found.url = f"http://127.0.0.1:{port}/hook"
    yield found
    await runner.cleanup()


@dataclass
class Post:
    """The sender of one database."""

    database: Database
    settings: Settings
    clock: StandingClock
    client: aiohttp.ClientSession
    sender: Sender

    async def hook(self, receiver: Receiver, *kinds: str, **more: object) -> Webhook:
        async with self.database.unit_of_work() as session:
            values: dict[str, Any] = {"name": "crm", "private": False, **more}
            return await service.make(
                session,
                self.settings,
                url=receiver.url,
                kinds=kinds or ("call.*",),
                by="admin",
                **values,
            )

    async def calls(self, *call_ids: str) -> None:
        """Each is offered and ends."""
        async with self.database.unit_of_work() as session:
            for call_id in call_ids:
                subject = f"call:{call_id}"
                await append_all(session, [
                    CallOffered(subject=subject, ani="13800008000", dnis="96777"),
                    CallEnded(subject=subject, cause=16),
                ])  # fmt: skip

    async def rounds(self, count: int = 1, *, seconds: float = 0) -> int:
        """So many rounds, with so much time between; how much was sent."""
        sent = 0
        for _ in range(count):
            sent += await self.sender.once(self.client)
            self.clock.forward(seconds=seconds)
        return sent

    def secret(self, hook: Webhook) -> str:
        return rules.secret_of(Secrets.load_or_create(self.settings.home).session, hook.salt)


@pytest.fixture
async def post(
    database: Database, make_settings: Callable[..., Settings], clock: StandingClock
) -> AsyncIterator[Post]:
    settings = make_settings(webhook_allow=INSIDE)
    connector = aiohttp.TCPConnector(
        resolver=GuardedResolver(networks(INSIDE)), use_dns_cache=False, force_close=True
    )
    async with aiohttp.ClientSession(connector=connector) as client:
        yield Post(database, settings, clock, client, Sender(database, settings))


def proves(header: str, secret: str, content: bytes) -> bool:
    """What a receiver does to believe it."""
    moment, mac = (part.partition("=")[2] for part in header.split(","))
    mine = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256)
    return hmac.compare_digest(mine.hexdigest(), mac)
