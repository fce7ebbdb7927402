"""What is stored of following Asterisk's record: how far it was read, the calls in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agi.facts.state import CallState
from agi.models import CelCursor, LiveCall
from mainline.clock import now
from mainline.journal import Event

_MOVE: Final = (
    update(CelCursor)
    .where(CelCursor.head == bindparam("of"), CelCursor.offset == bindparam("start"))
    .values(offset=bindparam("end"), moved_at=bindparam("at"))
    .returning(CelCursor.head)
    .execution_options(synchronize_session=False)
)
"""Put together once."""


class Overtaken(Exception):
    """Another follower has moved the cursor; what this one remembers is old."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Read of one file since the last writing, what it tells, and the calls that it has changed."""

    head: str = ""
    start: int = 0
    end: int = 0
    calls: Mapping[str, CallState] = field(default_factory=dict)
    told: Sequence[Event] = ()
    told_at: float = 0.0
    """When the first of them was read, by the clock of the event loop."""

    @property
    def bytes(self) -> int:
        """How much would be read again after a crash."""
        return self.end - self.start

    def due(self, moment: float, hold_s: float) -> bool:
        """Whether facts have been held back for so long."""
        return bool(self.told) and moment >= self.told_at + hold_s

    def plus(self, head: str, start: int, end: int) -> Unwritten:
        """Read on to there in the same file."""
        return replace(self, head=head, start=self.start if self.head else start, end=end)

    def with_facts(
        self, told: Sequence[Event], calls: Mapping[str, CallState], moment: float
    ) -> Unwritten:
        """What was read tells this, and has changed these calls."""
        return replace(
            self,
            calls={**self.calls, **calls},
            told=(*self.told, *told),
            told_at=self.told_at if self.told else moment,
        )


NOTHING: Final = Unwritten()


class Books:
    """Knows what the database holds, so that it need not be asked."""

    def __init__(self, offsets: dict[str, int], calls: set[str]) -> None:
        self.offsets, self._calls = offsets, calls

    @classmethod
    async def open(cls, session: AsyncSession) -> tuple[Self, dict[str, CallState]]:
        """What is stored, and the calls in progress."""
        cursors = await session.scalars(select(CelCursor))
        offsets = {cursor.head: cursor.offset for cursor in cursors}
        rows = await session.scalars(select(LiveCall))
        calls = {call.call_id: CallState.of(call.state) for call in rows}
        return cls(offsets, set(calls)), calls

    async def write(self, session: AsyncSession, read: Unwritten) -> None:
        """Store what was read; raises ``Overtaken``."""
        if read.head:
            await self._move(session, read)
        ended = [call_id for call_id, state in read.calls.items() if state.ended]
        rows = [
            {"call_id": call_id, "state": state.plain()}
            for call_id, state in read.calls.items()
            if not state.ended
        ]
        if known := self._calls.intersection(ended):
            await session.execute(delete(LiveCall).where(LiveCall.call_id.in_(known)))
        if new := [row for row in rows if row["call_id"] not in self._calls]:
            await session.execute(insert(LiveCall), new)
        if old := [row for row in rows if row["call_id"] in self._calls]:
            await session.execute(update(LiveCall), old)

    def wrote(self, read: Unwritten) -> None:
        """It is stored for good."""
        if read.head:
            self.offsets[read.head] = read.end
        for call_id, state in read.calls.items():
            (self._calls.discard if state.ended else self._calls.add)(call_id)

    async def _move(self, session: AsyncSession, read: Unwritten) -> None:
        """The cursor goes from where we began to where we ended, or somebody else has moved it."""
        if read.head not in self.offsets and await session.get(CelCursor, read.head) is None:
            session.add(CelCursor(head=read.head, offset=read.end))
            await session.flush()
            return
        moved = await session.execute(
            _MOVE, {"of": read.head, "start": read.start, "end": read.end, "at": now()}
        )
        if moved.first() is None:
            raise Overtaken
