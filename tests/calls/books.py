"""The sums that must hold whatever happened, asked from the instance's own tables."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.calls.facts import FactRow, Facts

LENGTH_TOLERANCE_S = 0.5
DRIFT = 0.025
"""Share of a long call that a busy machine may lose: what arrives too late is not mixed."""
LOST_TAIL_S = 2.1
"""What a killed Asterisk may lose of a recording's end."""


class Books:
    """Questions to the projections."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=60)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(statement, values)]
        finally:
            connection.close()

    def unbalanced_queues(self) -> dict[str, Counter[str]]:
        """Queues where the visits that ended in some way are not as many as those that began."""
        sums: dict[str, Counter[str]] = {}
        for row in self._rows("SELECT queue, coalesce(how, 'waiting') AS how FROM queue_visit"):
            sums.setdefault(row["queue"], Counter())[row["how"]] += 1
        return {queue: how for queue, how in sums.items() if how["waiting"]}

    def is_parked(self, call_id: str) -> bool:
        """Whether the desks show the call in a slot."""
        statement = "SELECT slot FROM parked_call WHERE call_id = ? AND parked_at IS NOT NULL"
        return bool(self._rows(statement, call_id))

    def callbacks(self, number: str) -> list[str]:
        """The states of a number's call-backs, the oldest first."""
        rows = self._rows("SELECT state FROM callback WHERE number = ? ORDER BY id", number)
        return [row["state"] for row in rows]

    def visits(self) -> Counter[str]:
        """Visits per queue."""
        return Counter(row["queue"] for row in self._rows("SELECT queue FROM queue_visit"))

    def orders_of(self, call_id: str) -> list[tuple[str, str]]:
        """Type and urgency of the work orders opened from a call."""
        asked = "SELECT type_code, urgency FROM work_order WHERE call_id = ? ORDER BY id"
        return [(row["type_code"], row["urgency"]) for row in self._rows(asked, call_id)]

    def messages_of(self, call_id: str) -> list[tuple[str, str, str, bool]]:
        """Of each message left in a call: what about, owner, state, whether it is due."""
        asked = "SELECT about, owner, state, due_at FROM voice_message WHERE call_id = ?"
        rows = self._rows(asked, call_id)
        return [(r["about"], r["owner"], r["state"], r["due_at"] is not None) for r in rows]

    def message_of(self, call_id: str) -> tuple[int, str, str]:
        """The one message left in a call: its number, its state, how its caller was told."""
        asked = "SELECT id, state, told FROM voice_message WHERE call_id = ?"
        [row] = self._rows(asked, call_id)
        return row["id"], row["state"], row["told"]

    def interactions(self) -> Counter[str]:
        """How often each call stands in the call list."""
        return Counter(row["id"] for row in self._rows("SELECT id FROM interaction"))


@dataclass(frozen=True)
class Death:
    """Asterisk was killed: when, and the last entry of the journal by then."""

    at: datetime
    last_id: int

    def cut(self, began: FactRow, ended: FactRow) -> bool:
        """Whether a call may have been up: nobody knows when exactly it ended."""
        return began.at <= self.at and ended.id > self.last_id


def no_stall(_began: datetime, _ended: datetime) -> float:
    """The machine never stood still."""
    return 0.0


def problems(
    facts: Facts,
    books: Books,
    *,
    deaths: Sequence[Death] = (),
    after: int = 0,
    stalled_s: Callable[[datetime, datetime], float] = no_stall,
) -> list[str]:
    """Every broken invariant in words; empty when all is well.

    Only calls offered ``after`` that entry are looked at. ``stalled_s``: how long the machine stood
    still in that time, which a recording may lack.
    """
    everything = facts.since(0)
    found = [f"queue {q}: {dict(how)}" for q, how in books.unbalanced_queues().items()]
    entered = Counter(str(f.payload["queue"]) for f in everything if f.kind == "queue.entered")
    if entered != books.visits():
        found.append(f"queue visits: journal {dict(entered)}, books {dict(books.visits())}")
    by_call: dict[str, list[FactRow]] = {}
    for fact in everything:
        by_call.setdefault(fact.subject.removeprefix("call:"), []).append(fact)
    new = [f.subject.removeprefix("call:") for f in everything if _is_offer(f) and f.id > after]
    listed = books.interactions()
    found += [f"call {call} stands {listed[call]} times" for call in new if listed[call] != 1]
    for call in new:
        found += _recording_problems(by_call[call], deaths, stalled_s)
    return found


def _is_offer(fact: FactRow) -> bool:
    return fact.kind == "call.offered"


def _recording_problems(
    facts: list[FactRow],
    deaths: Sequence[Death],
    stalled_s: Callable[[datetime, datetime], float],
) -> list[str]:
    """An answered call has a recording as long as the call."""
    first = {fact.kind: fact for fact in reversed(facts)}
    if "agent.answered" not in first or "call.ended" not in first:
        return []
    call = facts[0].subject
    if "recording.stored" not in first or "recording.started" not in first:
        return [f"{call}: answered but not recorded"]
    began, ended = first["recording.started"], first["call.ended"]
    wanted = (ended.at - began.at).total_seconds()
    length = float(first["recording.stored"].payload["duration_s"])
    short = wanted - length
    if short <= LOST_TAIL_S and any(death.cut(began, ended) for death in deaths):
        return []  # the recording may know better how long it was
    allowed = max(LENGTH_TOLERANCE_S, DRIFT * wanted)
    if abs(short) <= allowed or abs(short) <= allowed + stalled_s(began.at, ended.at):
        return []
    return [f"{call}: recording {length:.2f} s of {wanted:.2f} s"]
