"""The whole web application on a small company, with a telephone system that only takes notes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache

import httpx
import pytest
from fastapi import FastAPI

from agentdesk.app import create_app
from crm.catalog import service as catalog
from crm.staff import rules
from crm.staff.passwords import hashed
from crm.staff.service import add_user
from mainline.asterisk.ami import AmiDown
from mainline.asterisk.snapshots import Channel, Member, Queues
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound

PASSWORD = "correct horse"
ROLES = {
    "agent1": ("agent", "8001"),
    "agent2": ("agent", "8002"),
    "leader": ("leader", "8000"),
    "quality": ("quality", None),
    "dispatcher": ("dispatcher", None),
    "cashier": ("cashier", None),
    "field": ("field", None),
    "admin": ("admin", None),
}


_HASHED_ONCE = cache(hashed)


def leg(name: str, *, application: str = "Queue", bridge: str = "b1") -> Channel:
    return Channel(name, name, "ml-1.1", "ml-queue", "repair", application, 5, bridge)


@dataclass
class Asterisk:
    """Takes down what it is asked to do."""

    done: list[tuple[object, ...]] = field(default_factory=list)
    away: bool = False
    refuses: bool = False
    members: list[Member] = field(default_factory=list)
    legs: list[Channel] = field(
        default_factory=lambda: [
            leg("PJSIP/trunk-00000001"),
            leg("PJSIP/agent-8001-00000001"),
        ]
    )

    def _note(self, *words: object) -> None:
        self.done.append(words)

    async def queue_add(
        self, queue: str, agent: str, station: str, *, penalty: int = 0, paused: str = ""
    ) -> None:
        self._note("add", queue, agent, station, penalty, *filter(None, [paused]))

    async def queue_remove(self, queue: str, agent: str, station: str) -> None:
        self._note("remove", queue, agent, station)

    async def pause(self, agent: str, station: str, reason: str) -> None:
        self._note("pause", agent, station, reason)

    async def unpause(self, agent: str, station: str) -> None:
        self._note("unpause", agent, station)

    async def call_out(self, agent: str, station: str, number: str) -> str:
        self._note("call", agent, station, number)
        return "ml-1.1"

    async def meet(self, staff: str, customer: str) -> str:
        self._note("meet", staff, customer)
        return "ml-5.5"

    async def rejoin(self, call_id: str, agent: str) -> None:
        self._note("rejoin", call_id, agent)

    async def agent_channel(self, call_id: str, agent: str) -> str:
        if (call_id, agent) != ("ml-1.1", "8001"):
            raise NotFound("the agent is not in that call")
        return "PJSIP/agent-8001-00000001"

    async def customer_channel(self, call_id: str) -> str:
        return "PJSIP/trunk-00000001"

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        if self.refuses:
            raise NotFound("the call has ended")
        self._note("redirect", channel, context, exten)

    async def redirect_both(
        self, first: tuple[str, str], second: tuple[str, str], context: str
    ) -> None:
        self._note("redirect both", *first, *second, context)

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        self._note("tell", name, value)

    async def hang_up(self, channel: str) -> None:
        self._note("hang up", channel)

    async def ask_in(
        self, call_id: str, customer: str, *, agent: str = "", station: str = "", number: str = ""
    ) -> None:
        self._note("ask in", call_id, agent or number)

    async def consult(
        self, call_id: str, customer: str, agent: str, station: str, number: str
    ) -> None:
        self._note("consult", call_id, customer, agent, station, number)

    async def channels(self) -> list[Channel]:
        return self.legs

    async def queues(self) -> Queues:
        if self.away:
            raise AmiDown
        return Queues(frozenset(), tuple(self.members), ())


@dataclass(frozen=True)
class Credential:
    user: str
    password: str


@dataclass
class Ari:
    """Makes credentials that open nothing."""

    made: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    quiet: list[tuple[str, bool]] = field(default_factory=list)
    registered: set[str] = field(default_factory=set)

    async def online(self) -> set[str]:
        return self.registered

    async def keep_quiet(self, agent: str, *, on: bool) -> None:
        self.quiet.append((agent, on))

    async def make(self, endpoint: str) -> Credential:
        self.made.append(endpoint)
        return Credential(endpoint, f"secret-{len(self.made)}")

    async def drop(self, endpoint: str) -> None:
        self.dropped.append(endpoint)


@dataclass
class Telephony:
    switchboard: Asterisk = field(default_factory=Asterisk)
    ari: Ari = field(default_factory=Ari)

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return


@pytest.fixture
def far_from_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company stands where it is noon, so that a test of today sees no day end."""
    west = now().hour - 12
    monkeypatch.setenv("MAINLINE_TIMEZONE", f"Etc/GMT{west:+d}" if west else "Etc/GMT")


@pytest.fixture
def telephony() -> Telephony:
    return Telephony()


@pytest.fixture
async def company(
    sqlite_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """People and the catalog of the heating pack. Hashing is slow on purpose: done once."""
    monkeypatch.setattr("crm.staff.service.hashed", _HASHED_ONCE)
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await rules.install(session, settings.pack_dir)
        for login, (role, number) in ROLES.items():
            await add_user(
                session,
                login=login,
                name=login,
                password=PASSWORD,
                roles=[role],
                agent_number=number,
                queues={"repair": 1} if number else None,
            )
    return sqlite_database


@pytest.fixture
def app(company: Database, settings: Settings, telephony: Telephony) -> FastAPI:
    return create_app(settings, company, telephony)


class Browser(httpx.AsyncClient):
    """A client that behaves like our own pages."""

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/sign-in", data={"login": login, "password": password})


def browser(app: FastAPI, **headers: str) -> Browser:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    ours = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "en"}
    return Browser(transport=transport, base_url="http://localhost", headers={**ours, **headers})


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[Browser]:
    """Nobody is signed in."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def agent1(app: FastAPI) -> AsyncIterator[Browser]:
    """The page of agent 8001."""
    async with browser(app, Accept="application/json") as client:
        assert (await client.sign_in("agent1")).status_code == 303
        yield client
