"""The people who call: over real SIP, with keys and a voice, patient or not."""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import CustomerPhone, Premise, ServiceAccount
from mainline.db import Database
from mainline.journal import Event, entries_after
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.journal.talk_events import AgentAnswered
from mainline.sip.call import Call
from mainline.sip.g711 import Sound
from mainline.sip.listening import NotHeardError, until_prompt_is_over
from mainline.sip.phone import Phone
from mainline.sip.transactions import RefusedError
from rehearsal.arrivals import Arrival

ANSWER_S: Final = 15.0
PROMPT_S: Final = 30.0
LOOK_S: Final = 0.3
PAGE: Final = 500
CALLS_AT_ONCE: Final = 150
"""More voices than that do not fit a small machine; later callers find the line engaged."""
HOUSEHOLDS_MAX: Final = 5000


async def homes(session: AsyncSession) -> dict[str, list[str]]:
    """Telephone numbers of known customers by the community where they live."""
    rows = await session.execute(
        select(Premise.path, CustomerPhone.number)
        .join(ServiceAccount, ServiceAccount.premise_id == Premise.id)
        .join(CustomerPhone, CustomerPhone.customer_id == ServiceAccount.customer_id)
        .order_by(Premise.path, CustomerPhone.number)
        .limit(HOUSEHOLDS_MAX)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for path, number in rows:
        found["/".join(path.split("/")[:4])].append(number)
    return dict(found)


class Watch:
    """Tells callers that somebody has answered: from the journal, as all do.

    Calls of one number are told apart by their order: who dials first is offered first.
    """

    def __init__(self, database: Database, after: int) -> None:
        self._database, self._after = database, after
        self._dialled: dict[str, deque[asyncio.Event]] = defaultdict(deque)
        self._calls: dict[str, asyncio.Event] = {}

    def expect(self, number: str) -> asyncio.Event:
        """Set when the call that is dialled now from this number is answered by a person."""
        answered = asyncio.Event()
        self._dialled[number].append(answered)
        return answered

    def forget(self, number: str, answered: asyncio.Event) -> None:
        """The caller has gone."""
        with contextlib.suppress(ValueError):
            self._dialled[number].remove(answered)

    async def run(self) -> None:
        """Read on until cancelled."""
        while True:
            async with self._database.reading() as session:
                page = await entries_after(session, self._after, limit=PAGE)
            for entry in page:
                self._after = entry.id
                self.take(entry.event)
            if len(page) < PAGE:
                await asyncio.sleep(LOOK_S)

    def take(self, event: Event) -> None:
        """A fact of the journal."""
        if isinstance(event, CallOffered):
            dialled = self._dialled[event.ani if event.ani.strip("+").isdigit() else ""]
            if dialled:
                self._calls[event.subject] = dialled.popleft()
        elif isinstance(event, AgentAnswered) and event.subject in self._calls:
            self._calls[event.subject].set()
        elif isinstance(event, CallEnded):
            self._calls.pop(event.subject, None)


@dataclass
class Town:
    """All who call; what became of each is found in the books, not here."""

    server: tuple[str, int]
    lines: Sequence[str]
    """The hotline numbers, in the pack's order."""
    watch: Watch
    voices: Mapping[str, Sound]
    """What callers say, by what they want."""
    placed: int = 0
    refused: int = 0
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    async def play(self, day: Sequence[Arrival]) -> None:
        """Let everybody call at their moment; returns when the last has hung up."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for arrival in day:
            await asyncio.sleep(max(0.0, begun + arrival.at_s - loop.time()))
            if len(self._calls) >= CALLS_AT_ONCE:
                self.refused += 1
                continue
            task = asyncio.create_task(self._live(arrival))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        await asyncio.gather(*self._calls)

    async def _live(self, arrival: Arrival) -> None:
        """One caller, whatever they meet with."""
        phone = await Phone.open(self.server)
        answered = self.watch.expect(arrival.number)
        line = self.lines[min(arrival.want.line, len(self.lines) - 1)]
        try:
            call = await phone.call(line, caller=arrival.number, timeout_s=ANSWER_S)
            self.placed += 1
            await self._talk(call, arrival, answered)
        except (RefusedError, TimeoutError):
            self.refused += 1
        finally:
            self.watch.forget(arrival.number, answered)
            await phone.close()  # hangs up as well

    async def _talk(self, call: Call, arrival: Arrival, answered: asyncio.Event) -> None:
        with contextlib.suppress(NotHeardError):
            for keys in arrival.want.keys:
                await until_prompt_is_over(call, PROMPT_S)
                call.media.press(keys)
            if not arrival.want.person:
                await until_prompt_is_over(call, PROMPT_S)
                return
        if await _within(answered, call.ended, arrival.patience_s):
            call.media.play(self.voices[arrival.want.name], loop=True)
            await _within(call.ended, call.ended, arrival.talk_s)


async def _within(wanted: asyncio.Event, over: asyncio.Event, seconds: float) -> bool:
    """Whether it comes in time; not when the call is over before."""
    waiting = [asyncio.create_task(event.wait()) for event in (wanted, over)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return wanted.is_set() and not (wanted is not over and over.is_set())
