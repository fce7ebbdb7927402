"""Follow Asterisk's CEL file: rows become facts exactly once, whatever dies in between.

The cursor, the facts and the state of the calls in progress are one transaction. Killed before it,
the rows are read again; killed after it, they are not. What somebody waits for is written at once,
the other facts together a moment later, rows that tell no fact when it has been quiet for a while.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agi.facts.books import NOTHING, Books, Overtaken, Unwritten
from agi.facts.changes import close
from agi.facts.mapping import about, alone, begins, facts
from agi.facts.records import LINE_MAX, Row, parse, split
from agi.facts.state import CallState
from dialplan.contract import CEL_FILE
from mainline.clock import now
from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.journal.talk_events import AgentOffered
from mainline.log import get_logger

CHUNK: Final = 128 * 1024
POLL_S: Final = 0.02
"""Asking for the size of one file fifty times a second costs nothing and finds a ringing phone."""
LOOK_AROUND_S: Final = 1.0
"""How often files rotated away are looked for."""
UNWRITTEN_MAX: Final = 256 * 1024
"""So many bytes are read again at most."""
HOLD_S: Final = 0.1
"""A transaction costs as much for one fact as for ten: those nobody waits for are held so long."""
PROMPT: Final = AgentOffered
"""A telephone rings: the agent wants to see who it is."""
SETTLED_S: Final = 3.0
"""A call whose rows are that old and whose channels are gone has ended without saying so."""

log = get_logger("facts")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file, and where they stand in it."""

    head: str
    start: int
    end: int
    lines: Sequence[bytes]


class Follower:
    """Reads on from where the database says; remembers the calls in progress."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._calls: dict[str, CallState] = {}
        self._offsets: dict[str, int] = {}
        self._books = Books({}, set())
        self._unwritten = NOTHING
        self._opened = False
        self._lock = asyncio.Lock()
        self._live = _NOTHING
        self._look_at = 0.0
        self.rows = 0
        self.garbage = 0

    @property
    def calls(self) -> frozenset[str]:
        """The calls in progress."""
        return frozenset(self._calls)

    async def open(self) -> None:
        """Remember what the database knows."""
        async with self._database.reading() as session:
            self._books, self._calls = await Books.open(session)
        self._offsets, self._unwritten = dict(self._books.offsets), NOTHING
        self._opened = True

    async def step(self, *, hold_s: float = 0.0) -> int:
        """Take in one chunk; how many lines there were. Facts may be held back for so long."""
        async with self._lock:
            if not self._opened:
                await self.open()
            chunk = self._next()
            return await self._take_in(chunk, hold_s) if chunk else 0

    async def _take_in(self, chunk: Chunk, hold_s: float) -> int:
        if self._unwritten.head not in {"", chunk.head}:
            await self._write(self._unwritten)  # the file before, to its end
        drafts: dict[str, CallState] = {}
        told = [fact for line in chunk.lines for fact in self._facts(line, drafts)]
        moment = asyncio.get_running_loop().time()
        read = self._unwritten.plus(chunk.head, chunk.start, chunk.end)
        read = read.with_facts(told, drafts, moment)
        prompt = any(isinstance(fact, PROMPT) for fact in told)
        if prompt or read.bytes > UNWRITTEN_MAX or read.due(moment, hold_s):
            await self._write(read)
        else:
            self._unwritten = read
        self._offsets[chunk.head] = chunk.end
        self._remember(drafts)
        self.rows += len(chunk.lines)
        return len(chunk.lines)

    async def _write(self, read: Unwritten) -> None:
        try:
            async with self._database.unit_of_work() as session:
                await append_all(session, read.told)
                await self._books.write(session, read)
        except Overtaken:
            self._opened = False
            raise
        self._books.wrote(read)
        self._unwritten = NOTHING

    async def catch_up(self) -> None:
        """Read to the end of what is written."""
        self._look_at = 0.0
        while await self.step():
            pass
        await self._settle()

    async def _settle(self) -> None:
        async with self._lock:
            if self._unwritten.head:
                await self._write(self._unwritten)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop."""
        while not stop.is_set():
            if await self.step(hold_s=HOLD_S) == 0 and not await self._grows(stop):
                await self._settle()

    async def close_missing(self, lost: frozenset[str], asked_at: datetime) -> int:
        """End calls that Asterisk no longer has: it was killed and wrote no end of them.

        ``lost`` are those it did not have at ``asked_at``. The last row of a call is when it ended.
        """
        await self.catch_up()
        latest = min(asked_at, now()) - timedelta(seconds=SETTLED_S)
        async with self._lock:
            gone = [
                state.copy()
                for call_id, state in self._calls.items()
                if call_id in lost and state.last_at < latest
            ]
            if gone:
                await self._close(gone)
        return len(gone)

    async def _close(self, gone: Sequence[CallState]) -> None:
        told = [fact for state in gone for fact in close(state, state.last_at)]
        drafts = {state.call_id: state for state in gone}
        await self._write(self._unwritten.with_facts(told, drafts, 0.0))
        self._remember(drafts)
        log.warning("facts.calls_closed", calls=len(gone))

    async def _grows(self, stop: asyncio.Event) -> bool:
        """Wait until the file has grown, or it is time to look around or to write."""
        loop = asyncio.get_running_loop()
        while not stop.is_set() and loop.time() < self._look_at:
            if self._unwritten.due(loop.time(), HOLD_S):
                return False
            if _mark(self._folder / CEL_FILE) != self._live:
                return True
            await asyncio.sleep(POLL_S)
        return False

    def _next(self) -> Chunk | None:
        """The next unread lines: of files rotated away first, then of the one being written."""
        live = self._folder / CEL_FILE
        mark = _mark(live)
        moment = asyncio.get_running_loop().time()
        another_file = mark.inode != self._live.inode or mark.size < self._live.size
        if another_file or moment >= self._look_at:
            for path in _rotated(self._folder):
                if chunk := self._read(path):
                    return chunk
            self._look_at = moment + LOOK_AROUND_S
        self._live = mark
        return self._read(live)

    def _read(self, path: Path) -> Chunk | None:
        try:
            with path.open("rb") as file:
                first = file.readline(LINE_MAX)
                if not first.endswith(b"\n") and len(first) < LINE_MAX:
                    return None
                head = hashlib.sha256(first).hexdigest()
                start = self._offsets.get(head, 0)
                file.seek(start)
                data = file.read(CHUNK)
        except FileNotFoundError:
            return None
        lines, length = split(data)
        if not lines and len(data) == CHUNK:
            lines, length = [data], CHUNK  # no record is that long: let it count as garbage
        return Chunk(head, start, start + length, lines) if lines else None

    def _facts(self, line: bytes, drafts: dict[str, CallState]) -> list[Event]:
        found = parse(line)
        if found is None:
            self._skip()
            return []
        row = about(found)
        state = drafts.get(row.call_id) or self._draft(row)
        if state is None or state.ended:
            return alone(row)
        drafts[row.call_id] = state
        try:
            return facts(state, row)
        except ValueError:
            self._skip()
            return []

    def _draft(self, row: Row) -> CallState | None:
        known = self._calls.get(row.call_id)
        if known is not None:
            return known.copy()
        return CallState(row.call_id, row.at) if begins(row) else None

    def _skip(self) -> None:
        self.garbage += 1
        log.warning("facts.not_a_record", count=self.garbage)

    def _remember(self, drafts: dict[str, CallState]) -> None:
        self._calls.update(drafts)
        for call_id in [call_id for call_id, state in drafts.items() if state.ended]:
            del self._calls[call_id]


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells that a file has grown or been exchanged."""

    inode: int
    size: int


_NOTHING: Final = Mark(0, 0)


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except FileNotFoundError:
        return _NOTHING
    return Mark(found.st_ino, found.st_size)


def _rotated(folder: Path) -> list[Path]:
    """Files that are no longer written, oldest first."""
    found = []
    for path in folder.glob(f"{CEL_FILE}.*"):
        try:
            found.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:
            continue
    return [path for _, path in sorted(found)]
