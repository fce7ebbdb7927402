"""A private instance with many agents whose telephones one SIPp answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncSession

from bench.load import TALK_S, Crowd
from crm.staff.models import User, UserQueue
from crm.surveys.kinds import SURVEY
from crm.surveys.service import house
from mainline import definitions
from mainline.journal import append_all
from mainline.journal.floor_events import AgentReady, AgentSignedIn
from mainline.sip.digest import Credentials
from mainline.sip.phone import Phone
from tests.calls.books import no_stall, problems
from tests.calls.instance import Furnish, Instance, private_settings
from tests.calls.people import settle
from tests.support.ports import free_port, free_ports

FIRST_AGENT = 7001
MEDIA_PORTS = 1600
"""Two a channel: three hundred callers and as many again for agents, music and announcements."""
SHORT_MENU = {
    "title": {"zh": "测量用菜单", "en": "Menu for measuring"},
    "languages": ["zh", "en"],
    "start": "main",
    "person": "agent",
    "nodes": {
        "main": {
            "kind": "menu",
            "choices": [
                {"key": "0", "text": {"zh": "人工请按0。", "en": "Press 0."}, "go": "agent"}
            ],
        },
        "agent": {"kind": "queue", "queue": "service"},
    },
}
"""As short as what plain dialplan asks, so that the same call is measured with and without it."""
FIRST_LOOK_S = 3.0
"""Asterisk asks each new telephone once whether it is there; somebody has to answer."""
SETTLED_S = 60.0
LOOK_S = 1.0
"""Looking is work too, and the machine is being measured."""
CALLERS = ["13922220001", "13922220004", "13922220006"]
"""Known customers with a known language: they come to the menu without a question."""


async def left(
    instance: Instance,
    before: int,
    stalled_s: Callable[[datetime, datetime], float] = no_stall,
) -> list[str]:
    """Invariants that calls after that entry break although everything had time to settle."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLED_S
    while True:
        found = problems(
            instance.facts,
            instance.books,
            deaths=instance.deaths,
            after=before,
            stalled_s=stalled_s,
        )
        if not found or loop.time() > deadline:
            return found
        await asyncio.sleep(LOOK_S)


async def _furnish(session: AsyncSession, agents: int) -> None:
    await settle(session)
    await _ask_nobody(session)
    for number in range(FIRST_AGENT, FIRST_AGENT + agents):
        user = User(
            login=f"bench{number}",
            name=f"Bench {number}",
            password_hash="!",
            roles=["agent"],
            agent_number=str(number),
            station="phone",
        )
        session.add(user)
        await session.flush()
        session.add(UserQueue(user_id=user.id, queue="service"))


async def _ask_nobody(session: AsyncSession) -> None:
    """A call ends when the agent hangs up: no survey, which plain dialplan does not hold either."""
    source = {**house(), "queues": {}}
    made = await definitions.draft(
        session, SURVEY.name, definitions.COMPANY, source, author="bench"
    )
    await definitions.publish(session, SURVEY.name, definitions.COMPANY, made.version, by="bench")


@asynccontextmanager
async def station(
    agents: int, talk_s: float = TALK_S, also: Furnish | None = None
) -> AsyncIterator[tuple[Instance, Crowd]]:
    """Everything runs, every agent is ready in the queue ``service``; ``also`` brings more."""

    async def furnish(session: AsyncSession) -> None:
        await _furnish(session, agents)
        if also:
            await also(session)

    with TemporaryDirectory() as folder:
        home = Path(folder)
        media = free_ports(MEDIA_PORTS)
        settings = private_settings(
            home / "home", rtp_port_start=media, rtp_port_end=media + MEDIA_PORTS - 1
        )
        instance = Instance(settings, furnish)
        agents_port = free_port()
        await instance.start()
        try:
            await instance.publish_menu(SHORT_MENU)
            await _seat(instance, agents, agents_port)
            async with Crowd(home / "sipp", instance.trunk, agents_port, talk_s) as crowd:
                yield instance, crowd
        finally:
            await instance.stop()


async def _seat(instance: Instance, agents: int, port: int) -> None:
    """Register every agent from the port on which SIPp is going to answer for all."""
    await _ready(instance, agents)
    phone = await Phone.open(instance.trunk, local=("127.0.0.1", port))
    for number in map(str, range(FIRST_AGENT, FIRST_AGENT + agents)):
        phone.user = f"phone-{number}"
        phone.credentials = Credentials(phone.user, await instance.floor.phone_secret(number))
        await phone.register(3600)
        await instance.floor.begin_shift(number, ("service",))
    await asyncio.sleep(FIRST_LOOK_S)
    await phone.close()


async def _ready(instance: Instance, agents: int) -> None:
    """In the books too: the worker takes everybody out of the queues who is not on duty."""
    subjects = [f"agent:{FIRST_AGENT + place}" for place in range(agents)]
    async with instance.database.unit_of_work() as session:
        await append_all(
            session,
            [AgentSignedIn(subject=subject, station="phone") for subject in subjects]
            + [AgentReady(subject=subject) for subject in subjects],
        )
