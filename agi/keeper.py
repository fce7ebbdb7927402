"""Keeps Asterisk's queues and the floor's books in agreement; ends what ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from agi.emergencies import called_back
from agi.leases import UNREACHABLE, Finding, Kind, Patience, findings, let_go
from agi.running import pause
from crm.staff.queries import agents, let_go_agents
from dialplan.contract import QUEUE_SERVICE, SOFTPHONE_PREFIX
from mainline.asterisk.ari import Ari
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.db import Database
from mainline.errors import MainlineError, NotFound, Unavailable
from mainline.journal import Event, append
from mainline.journal.floor_events import AgentPaused, AgentSignedOut, AgentWrapupEnded
from mainline.log import get_logger

EVERY_S: Final = 1.0

log = get_logger("keeper")


class Keeper:
    """One look a second."""

    def __init__(
        self, database: Database, switchboard: Switchboard, ari: Ari, *, wrapup_s: int
    ) -> None:
        self._database, self._switchboard, self._ari = database, switchboard, ari
        self._wrapup_s = wrapup_s
        self._patience = Patience()
        self._void: set[str] = set()
        """Telephones of those who were let go and that are void already."""
        self._ended: tuple[str, ...] = ()
        self._acts: Mapping[Kind, Callable[[Finding], Awaitable[None]]] = {
            "join": self._join,
            "leave": self._leave,
            "penalty": self._penalty,
            "pause": self._pause,
            "unpause": self._unpause,
            "unreachable": self._unreachable,
            "wrapup-over": self._wrapup_over,
            "called-back": self._called_back,
            "sign-out": self._sign_out,
            "let-go": self._let_go,
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Without Asterisk there is nothing to agree with."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> list[Finding]:
        """Look once; what was done."""
        queues = await self._switchboard.queues()
        async with self._database.reading() as session:
            floor, gone = await agents(session), await let_go_agents(session)
        at = now()
        found = called_back(floor, queues, at)
        found += findings(floor, queues.members, at, wrapup_s=self._wrapup_s)
        found += self._still_to_do(let_go(gone, queues.members))
        due = [f for f in self._patience.due(found, at) if not f.queue or f.queue in queues.names]
        for finding in due:
            await self._do(finding)
        return due

    async def _do(self, finding: Finding) -> None:
        try:
            await self._acts[finding.kind](finding)
            log.info("keeper.did", what=finding.kind, agent=finding.agent, queue=finding.queue)
        except Unavailable:
            raise
        except MainlineError as refused:
            log.warning("keeper.refused", what=finding.kind, why=refused.code)

    async def _join(self, f: Finding) -> None:
        await self._switchboard.queue_add(f.queue, f.agent, f.station, penalty=f.penalty)

    async def _penalty(self, f: Finding) -> None:
        """Moved by a leader, or forgotten by Asterisk's restart."""
        await self._switchboard.set_penalty(f.queue, f.agent, f.station, penalty=f.penalty)

    async def _leave(self, f: Finding) -> None:
        await self._switchboard.queue_remove(f.queue, f.agent, f.station)

    async def _pause(self, f: Finding) -> None:
        await self._switchboard.pause(f.agent, f.station, f.reason)

    async def _unpause(self, f: Finding) -> None:
        await self._switchboard.unpause(f.agent, f.station)

    async def _unreachable(self, f: Finding) -> None:
        await self._switchboard.pause(f.agent, f.station, UNREACHABLE)
        await self._tell(AgentPaused(subject=f"agent:{f.agent}", reason=UNREACHABLE))

    async def _wrapup_over(self, f: Finding) -> None:
        subject = f"agent:{f.agent}"
        over = AgentWrapupEnded(subject=subject, call_id=f.call_id, by="timeout")
        await self._end_wrapup(f, over, ready=f.reason == "ready")

    async def _called_back(self, f: Finding) -> None:
        """Nobody else is free for an emergency; what was to be noted is noted later."""
        fact = AgentWrapupEnded(
            subject=f"agent:{f.agent}", call_id=f.call_id, by="emergency", for_call=f.for_call
        )
        await self._end_wrapup(f, fact, ready=True)

    async def _end_wrapup(self, f: Finding, fact: AgentWrapupEnded, *, ready: bool) -> None:
        """Told once, however long the books take to show it."""
        key = f"{f.agent} {f.call_id}"
        if key in self._ended:
            return
        await self._tell(fact)
        self._ended = (*self._ended[-99:], key)
        if ready:
            with suppress(NotFound):
                await self._switchboard.unpause(f.agent, f.station)

    async def _sign_out(self, f: Finding) -> None:
        for queue in await self._queues_of(f.agent):
            await self._switchboard.queue_remove(queue, f.agent, f.station)
        if f.station == "softphone":
            await self._ari.drop(SOFTPHONE_PREFIX + f.agent)
        await self._tell(AgentSignedOut(subject=f"agent:{f.agent}", by="lease"))

    def _still_to_do(self, found: list[Finding]) -> list[Finding]:
        """A telephone is made void once, and again if its owner was taken back meanwhile."""
        self._void &= {f.agent for f in found if f.kind == "let-go"}
        return [f for f in found if f.kind != "let-go" or f.agent not in self._void]

    async def _let_go(self, f: Finding) -> None:
        await self._ari.drop(SOFTPHONE_PREFIX + f.agent)
        self._void.add(f.agent)
        if f.reason != "closed":
            await self._tell(AgentSignedOut(subject=f"agent:{f.agent}", by="let-go"))

    async def _queues_of(self, agent: str) -> set[str]:
        queues = await self._switchboard.queues()
        return {QUEUE_SERVICE} | {m.queue for m in queues.members if m.agent == agent}

    async def _tell(self, fact: Event) -> None:
        async with self._database.unit_of_work() as session:
            await append(session, fact)
