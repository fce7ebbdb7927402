"""A walk through a menu that is only tried: nothing that the caller does is kept."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.decision import Decision
from ivr.flows import FLOWS
from ivr.flows.books import Identification
from ivr.flows.crm_books import CrmBooks
from ivr.hours import State
from ivr.menu import MenuTree
from ivr.plan import Plans
from ivr.run import Running, Walk
from ivr.terminal import TerminalCall, journey
from mainline.asterisk.call import CallerGone
from mainline.config import Settings
from mainline.db import Database
from mainline.ids import CallId
from mainline.journal import Event
from mainline.journal.call_events import MenuVisited

LIMIT_S: Final = 10.0


@dataclass(slots=True)
class Step:
    """What is said at one node, and what was keyed there."""

    node: str
    language: str = ""
    said: list[str] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tried:
    """How far these keys lead. ``waits``: how many digits are asked for now; 0: it is over."""

    steps: list[Step]
    waits: int = 0
    decision: Decision | None = None


class Undone(Database):
    """A database in which everything is read and nothing stays written."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.url, self.engine, self.is_sqlite = real.url, real.engine, real.is_sqlite

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[AsyncSession]:
        """Roll back on leaving, whatever was done."""
        async with self._real.unit_of_work() as session:
            yield session
            await session.rollback()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """As the real one."""
        async with self._real.reading() as session:
            yield session


class ScriptedCall(TerminalCall):
    """Keys from a list; where they end, the caller goes. What is said is taken down."""

    def __init__(self, ani: str, keys: Sequence[str]) -> None:
        super().__init__(ani, list(keys))
        self.id = CallId("rehearsal")
        self.script = deque(keys)
        self.tried = Tried([Step("")])

    def note(self, event: Event) -> None:
        """A node begins."""
        if isinstance(event, MenuVisited):
            self.tried.steps.append(Step(event.node, self.language))

    async def play(self, sounds: Sequence[str]) -> None:
        """Take down what is said."""
        here = self.tried.steps[-1]
        here.language = self.language
        here.said += sounds

    async def collect(
        self, sounds: Sequence[str], *, digits_max: int, timeout_s: float, terminator: str = "#"
    ) -> str:
        """Take down what is asked, and give the next keys."""
        await self.play(sounds)
        if not self.script:
            self.tried.waits = digits_max
            raise CallerGone
        keyed = self.script.popleft()
        self.tried.steps[-1].keyed.append(keyed)
        return keyed[:1] if digits_max == 1 else keyed.partition(terminator)[0][:digits_max]


async def rehearse(
    database: Database, settings: Settings, tree: MenuTree, *, ani: str, keys: Sequence[str],
    state: State,
) -> Tried:  # fmt: skip
    """Walk the tree from its start with these keys."""
    books = CrmBooks(Undone(database), settings)
    call = ScriptedCall(ani, keys)
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await books.identify(ani) if ani else Identification()
            led = journey(call, books, settings, found, call.note)
            led.policies = (await Plans(database, settings.pack_dir).current()).policies
            await call.set_language(led.talk.language)
            running = Running("rehearsal", 0, tree)
            walk = Walk(running, led, FLOWS, lambda _hours: state)
            call.tried.decision = await walk.run()
    except (CallerGone, TimeoutError):
        pass
    call.tried.steps = [step for step in call.tried.steps if step.node or step.said]
    return call.tried
