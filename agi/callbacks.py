"""Calls customers back when it is their turn: an agent is kept free, then the customer is rung.

The attempt is written down before the call is placed, under the call's own id: a worker that dies
in between neither forgets a customer nor calls twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from agi.running import pause
from crm.callbacks import queries, service
from crm.callbacks.models import Callback
from crm.callbacks.rules import Free, Place, turns, within_hours
from dialplan.contract import QUEUE_SERVICE
from mainline.asterisk.ami import AmiRefused
from mainline.asterisk.snapshots import Channel, Member, Queues, Station, Waiting
from mainline.asterisk.switchboard import RESERVED, interface
from mainline.clock import now
from mainline.db import Database
from mainline.errors import MainlineError, NotFound, Unavailable
from mainline.ids import CallId, call_subject
from mainline.journal import entries_after
from mainline.log import get_logger

EVERY_S: Final = 1.0
AT_ONCE_MAX: Final = 10
"""So many customers are rung at the same time."""
LOST_S: Final = 60.0
"""An attempt of which Asterisk knows nothing after so long was never placed."""
RINGING: Final = 6

log = get_logger("callbacks")


class Board(Protocol):
    """What is needed of the switchboard."""

    def new_call_id(self) -> CallId:
        """For a call to come."""

    async def queues(self) -> Queues:
        """Members and callers now."""

    async def channels(self) -> Sequence[Channel]:
        """All legs now."""

    async def pause(self, agent: str, station: Station, reason: str) -> None:
        """No calls for the agent."""

    async def unpause(self, agent: str, station: Station) -> None:
        """Calls again."""

    async def call_back(
        self,
        number: str,
        queue: str,
        *,
        call_id: CallId,
        callback_id: int,
        since: int,
        priority: int,
        language: str,
        reserved: str,
    ) -> None:
        """Ring the customer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whom to call, and who is kept free for it."""

    callback: int
    agent: str
    station: Station


class CallBacks:
    """One look a second, and none at Asterisk while nobody is to be called."""

    def __init__(self, database: Database, board: Board, zone: ZoneInfo) -> None:
        self._database, self._board, self._zone = database, board, zone

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Without Asterisk nobody can be called."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> list[Turn]:
        """Look once; who was called."""
        at = now()
        async with self._database.reading() as session:
            due, calling = await queries.due(session, at), await queries.calling(session)
            late = await queries.expired(session, at)
            allowed = within_hours(await service.rules(session), at, self._zone)
        if late:
            async with self._database.unit_of_work() as session:
                await service.expire(session, late)
        await self._undo_lost(calling, at)
        room = AT_ONCE_MAX - len(calling)
        if not due or not allowed or room <= 0:
            return []
        chosen = choose(due, await self._board.queues(), at)[:room]
        return [turn for turn in chosen if await self._call(turn)]

    async def _undo_lost(self, calling: Sequence[Callback], at: datetime) -> None:
        """Attempts that were written down and never placed do not count."""
        old = [one for one in calling if at - (one.attempted_at or at) > timedelta(seconds=LOST_S)]
        if not old:
            return
        alive = {leg.call_id for leg in await self._board.channels()}
        for one in old:
            call_id = one.attempt_call_id or ""
            if call_id not in alive and not await self._is_known(call_id):
                await self._undo(one.id, call_id)

    async def _is_known(self, call_id: str) -> bool:
        """Whether Asterisk wrote anything of it; then it also writes, or we close, its end."""
        async with self._database.reading() as session:
            return bool(await entries_after(session, 0, subject=call_subject(call_id), limit=1))

    async def _undo(self, callback_id: int, call_id: str) -> None:
        async with self._database.unit_of_work() as session:
            await service.undo_attempt(session, callback_id, call_id=call_id)
        log.info("callbacks.not_placed", callback=callback_id)

    async def _call(self, turn: Turn) -> bool:
        call_id = self._board.new_call_id()
        async with self._database.unit_of_work() as session:
            row = await service.begin_attempt(
                session, turn.callback, call_id=call_id, agent=turn.agent
            )
        if row is None:
            return False
        try:
            await self._board.pause(turn.agent, turn.station, RESERVED)
            await self._place(row, call_id, turn)
        except (AmiRefused, NotFound):
            await self._undo(row.id, call_id)
            with suppress(MainlineError):
                await self._board.unpause(turn.agent, turn.station)
            return False
        log.info("callbacks.called", callback=row.id, attempt=row.attempts)
        return True

    async def _place(self, row: Callback, call_id: CallId, turn: Turn) -> None:
        await self._board.call_back(
            row.number,
            row.queue,
            call_id=call_id,
            callback_id=row.id,
            since=int(row.since.timestamp()),
            priority=row.priority,
            language=row.language,
            reserved=interface(turn.agent, turn.station),
        )


def choose(due: Sequence[Callback], queues: Queues, at: datetime) -> list[Turn]:
    """Whose turn it is, in all queues; no agent is kept free for two. Pure."""
    chosen: list[Turn] = []
    for queue in dict.fromkeys(_called_by(one, queues) for one in due):
        taken = {turn.agent for turn in chosen}
        free = {m.agent: m for m in queues.members if _is_free(m, queue) and m.agent not in taken}
        found = turns(
            places([one for one in queues.waiting if one.queue == queue], at),
            [
                Place(one.priority, one.since, one.id)
                for one in due
                if _called_by(one, queues) == queue
            ],
            _rested(free, at),
            rung=sum(one.queue == queue and one.status == RINGING for one in queues.members),
        )
        chosen += [Turn(number, one.agent, free[one.agent].station) for number, one in found]
    return chosen


def _called_by(one: Callback, queues: Queues) -> str:
    """A queue that was taken away meanwhile calls nobody: the dialplan (ml-queue) says the same."""
    return one.queue if one.queue in queues.names else QUEUE_SERVICE


def _is_free(member: Member, queue: str) -> bool:
    return member.queue == queue and member.reachable and not member.paused and not member.busy


def _rested(free: Mapping[str, Member], at: datetime) -> list[Free]:
    moment = at.timestamp()
    return [Free(m.agent, m.penalty, moment - m.last_pause) for m in free.values()]


def places(waiting: Iterable[Waiting], at: datetime) -> list[Place]:
    """The callers of a queue as Asterisk has them in line. Pure.

    Who came back to the queue waits there since shortly, and in truth at least as long as whoever
    of the same priority stands behind.
    """
    found: list[Place] = []
    earliest: dict[int, datetime] = {}
    for one in sorted(waiting, key=lambda caller: -caller.position):
        since = at - timedelta(seconds=one.wait_s)
        since = min(since, earliest.get(one.priority, since))
        earliest[one.priority] = since
        found.append(Place(one.priority, since))
    return found[::-1]
