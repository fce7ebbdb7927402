from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from agentdesk.supervisor.views import router
from crm.catalog import service as catalog
from crm.customers.models import Customer
from crm.staff.models import User, UserQueue
from ivr.plan import install as install_ivr
from mainline import features
from mainline.asterisk.ami import AmiRefused
from mainline.asterisk.ari import Credential
from mainline.asterisk.snapshots import Queues, Waiting
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import Event, append_all, consume
from mainline.journal.call_events import CallerIdentified, CallOffered, QueueEntered
from mainline.journal.floor_events import AgentPaused, AgentReady, AgentSignedIn
from mainline.journal.talk_events import AgentAnswered, AgentOffered
from tests.support.pages import Pages, pages

TALK = "ml0123abcd-1795000000.5"
WAIT = "ml0123abcd-1795000009.7"


class FakeSwitchboard:
    """Remembers what it was asked; agents in ``absent`` are in no queue."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.absent: set[str] = set()
        self.waiting: list[Waiting] = []
        self.refuses = ""

    async def agent_channel(self, call_id: str, agent: str) -> str:
        if agent in self.absent:
            raise NotFound("agent")
        return f"PJSIP/agent-{agent}-{call_id}"

    async def spy(self, leader: str, station: str, agent_channel: str, mode: str) -> str:
        self.asked.append(("spy", leader, station, agent_channel, mode))
        return "spy-1"

    async def call_colleague(self, leader: str, station: str, agent: str) -> str:
        self.asked.append(("call", leader, station, agent))
        return "call-1"

    async def customer_channel(self, call_id: str) -> str:
        return f"PJSIP/trunk-{call_id}"

    async def redirect(self, channel: str, context: str, exten: str) -> None:
        self._may()
        self.asked.append(("redirect", channel, context, exten))

    async def tell_leg(self, channel: str, name: str, value: str) -> None:
        self.asked.append(("tell", channel, name, value))

    async def queues(self) -> Queues:
        return Queues(frozenset(), (), tuple(self.waiting))

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        self._may()
        self.asked.append(("priority", queue, channel, priority))

    async def withdraw(self, queue: str, channel: str, info: str) -> None:
        self._may()
        self.asked.append(("withdraw", queue, channel, info))

    async def stop_ringing(self, call_id: str) -> None:
        self.asked.append(("stop_ringing", call_id))

    async def queue_add(
        self, queue: str, agent: str, station: str, *, penalty: int = 0, paused: str = ""
    ) -> None:
        self.asked.append(("queue_add", queue, agent, station, penalty, paused))

    async def set_penalty(self, queue: str, agent: str, station: str, *, penalty: int) -> None:
        self.asked.append(("penalty", queue, agent, station, penalty))

    async def pause(self, agent: str, station: str, reason: str) -> None:
        self._there(agent)
        self.asked.append(("pause", agent, station, reason))

    async def unpause(self, agent: str, station: str) -> None:
        self._there(agent)
        self.asked.append(("unpause", agent, station))

    async def queue_remove(self, queue: str, agent: str, station: str) -> None:
        self.asked.append(("queue_remove", queue, agent, station))

    def _may(self) -> None:
        if self.refuses:
            raise AmiRefused(self.refuses)

    def _there(self, agent: str) -> None:
        if agent in self.absent:
            raise NotFound(agent)


class FakeCredentials:
    """Passwords that are easy to tell apart."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.dropped: list[str] = []

    async def make(self, endpoint: str) -> Credential:
        self.made.append(endpoint)
        return Credential(endpoint, f"secret-{len(self.made)}")

    async def drop(self, endpoint: str) -> None:
        self.dropped.append(endpoint)


@pytest.fixture(autouse=True)
def _no_day_ends(far_from_midnight: None) -> None:
    """Boards tell of today."""


def ago(seconds: float):
    return now() - timedelta(seconds=seconds)


async def tell(database: Database, *events: Event) -> None:
    """Facts, taken in by everybody."""
    async with database.unit_of_work() as session:
        await append_all(session, events)
    for module in features.modules("subscribers"):
        for name, handlers in module.CONSUMERS.items():
            while await consume(database, consumer=name, handlers=handlers):
                pass


def floor() -> list[Event]:
    """8001 talks with Wang, 8002 is ready, 8003 paused, 8004 not there; one caller waits."""
    talk, wait = {"subject": f"call:{TALK}"}, {"subject": f"call:{WAIT}"}
    signed = [
        AgentSignedIn(subject=f"agent:{number}", at=ago(900)) for number in ("8001", "8002", "8003")
    ]
    ready = [
        AgentReady(subject=f"agent:{number}", at=ago(800)) for number in ("8001", "8002", "8003")
    ]
    return [
        *signed,
        *ready,
        AgentPaused(subject="agent:8003", at=ago(300), reason="break"),
        CallOffered(**talk, at=ago(90), ani="13800008000", dnis="96777"),
        CallerIdentified(**talk, at=ago(90), how="ani", customer_id=5),
        QueueEntered(**talk, at=ago(80), queue="repair"),
        AgentOffered(**talk, at=ago(75), agent="8001", queue="repair"),
        AgentAnswered(**talk, at=ago(70), agent="8001", queue="repair"),
        CallOffered(**wait, at=ago(50), ani="02431234567", dnis="96777"),
        QueueEntered(**wait, at=ago(40), queue="billing", priority=10),
    ]


@pytest.fixture
async def empty_desk(settings: Settings, sqlite_database: Database) -> AsyncIterator[Pages]:
    """A floor on which nothing has happened."""
    async with sqlite_database.unit_of_work() as session:
        await catalog.install(session, settings.pack_dir)
        await install_ivr(session, settings.pack_dir)
    async with pages(settings, sqlite_database, [router], "leader") as opened:
        opened.app.state.switchboard = FakeSwitchboard()
        opened.app.state.ari = FakeCredentials()
        opened.sign_in("leader", name="zhao", number="8100")
        yield opened


@pytest.fixture
async def desk(empty_desk: Pages, sqlite_database: Database) -> Pages:
    """A floor in the middle of the morning."""
    async with sqlite_database.unit_of_work() as session:
        session.add(Customer(id=5, name="王建国", customer_class="vip", elderly=True))
        people = [("8001", "李娜"), ("8002", "王芳"), ("8003", "张伟"), ("8004", "刘洋")]
        for number, name in [*people, ("8100", "赵敏")]:
            role = "leader" if number == "8100" else "agent"
            user = User(login=f"u{number}", name=name, password_hash="x", roles=[role],
                        agent_number=number)  # fmt: skip
            session.add(user)
            await session.flush()
            if role == "agent":
                session.add(UserQueue(user_id=user.id, queue="repair"))
    await tell(sqlite_database, *floor())
    return empty_desk
