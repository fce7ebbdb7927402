"""Robot agents: desk telephones that answer, talk, hold, wrap up, and sometimes err."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.service import queues
from crm.staff.models import User
from crm.staff.service import add_user
from mainline.asterisk.ari import Ari
from mainline.db import Database
from mainline.journal import append, append_all
from mainline.journal.floor_events import (
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapupEnded,
)
from mainline.sip.call import Call
from mainline.sip.digest import Credentials
from mainline.sip.g711 import Sound
from mainline.sip.phone import Phone
from rehearsal.scenario import Crew

FIRST: Final = 9001
HOLD_S: Final = 3.0
REGISTERED_S: Final = 3600
BREAK_OFF: Final = 0.5
"""Part of the usual talk after which a robot breaks it off."""


def numbers(count: int) -> list[str]:
    """The robots' agent numbers."""
    return [str(FIRST + place) for place in range(count)]


async def take_on(session: AsyncSession, wanted: Sequence[str]) -> int:
    """Robots are staff like others; how many are new."""
    there = set(await session.scalars(select(User.agent_number)))
    new = [number for number in wanted if number not in there]
    every = {queue.name: 0 for queue in await queues(session)} if new else {}
    for number in new:
        await add_user(
            session,
            login=f"robot{number}",
            name=f"机器人 {number}",
            password=secrets.token_urlsafe(16),  # nobody signs in as a robot
            roles=["agent"],
            agent_number=number,
            station="phone",
            queues=every,
        )
    return len(new)


class Robots:
    """The crew at work; ``begin`` and ``end`` their shift."""

    def __init__(
        self,
        database: Database,
        ari: Ari,
        server: tuple[str, int],
        crew: Crew,
        voice: Sound,
        seed: int,
    ) -> None:
        self._database, self._ari, self._server, self._crew = database, ari, server, crew
        self._voice = voice
        self._chance = random.Random(seed)  # noqa: S311 - a play, no secret
        self._phones: dict[str, Phone] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, wanted: Sequence[str]) -> None:
        """Everybody's telephone is registered and everybody is ready."""
        for number in wanted:
            made = await self._ari.make(f"phone-{number}")
            credentials = Credentials(made.user, made.password)
            phone = await Phone.open(self._server, user=made.user, credentials=credentials)
            phone.on_call = self._rings(number)
            self._phones[number] = phone
            await phone.register(REGISTERED_S)
        async with self._database.unit_of_work() as session:
            for number in wanted:
                await append_all(
                    session,
                    [
                        AgentSignedIn(subject=f"agent:{number}", station="phone"),
                        AgentReady(subject=f"agent:{number}"),
                    ],
                )

    async def end(self) -> None:
        """Everybody goes home."""
        for task in self._tasks:
            task.cancel()
        async with self._database.unit_of_work() as session:
            await append_all(
                session, [AgentSignedOut(subject=f"agent:{number}") for number in self._phones]
            )
        for number, phone in self._phones.items():
            await phone.close()
            await self._ari.drop(f"phone-{number}")

    def _rings(self, number: str) -> Callable[[Call], None]:
        def rings(call: Call) -> None:
            call.ring()
            task = asyncio.create_task(self._take(number, call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return rings

    async def _take(self, number: str, call: Call) -> None:
        lot = self._chance.random()
        await asyncio.sleep(self._crew.answer_s)
        if lot < self._crew.declines:
            call.decline()
        elif lot >= self._crew.declines + self._crew.misses:
            await self._talk(call)
            await self._wrap_up(number, call.header("X-Call-Key"))

    async def _talk(self, call: Call) -> None:
        await call.answer()
        if not call.answered.is_set():
            return
        call.media.play(self._voice, loop=True)
        if self._chance.random() < self._crew.holds:
            await _unless_over(call, call.hold, HOLD_S)
            await _unless_over(call, call.resume, 0)
        if self._chance.random() < self._crew.hangs_up:
            await asyncio.sleep(self._crew.talk_s * BREAK_OFF)
            await call.hang_up()
        await call.ended.wait()

    async def _wrap_up(self, number: str, call_id: str) -> None:
        await asyncio.sleep(self._crew.wrapup_s)
        async with self._database.unit_of_work() as session:
            await append(session, AgentWrapupEnded(subject=f"agent:{number}", call_id=call_id))


async def _unless_over(call: Call, act: Callable[[], Awaitable[None]], seconds: float) -> None:
    if not call.ended.is_set():
        await act()
        await asyncio.sleep(seconds)
