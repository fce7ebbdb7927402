"""The journal of the instance under test, read straight from its file."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FactRow:
    """One entry."""

    id: int
    subject: str
    kind: str
    at: datetime
    payload: dict[str, Any]

    def __str__(self) -> str:
        shown = {k: v for k, v in self.payload.items() if k not in {"subject", "at"}}
        return f"{self.at:%H:%M:%S.%f} {self.kind} {shown}"

    def matches(self, kind: str, particulars: dict[str, Any]) -> bool:
        """Whether it is this fact with these particulars."""
        return self.kind == kind and all(
            self.payload.get(name) == value for name, value in particulars.items()
        )


class Facts:
    """Questions to the journal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _asked(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def _rows(self, where: str, *values: object) -> list[FactRow]:
        rows = self._asked(
            f"SELECT id, subject, kind, payload FROM journal_entry WHERE {where}", *values
        )
        facts = [_fact(*row) for row in rows]
        return sorted(facts, key=lambda fact: (fact.at, fact.id))

    def last_id(self) -> int:
        """Where the journal stands."""
        ((last,),) = self._asked("SELECT coalesce(max(id), 0) FROM journal_entry")
        return int(last)

    def open_calls(self) -> set[str]:
        """The calls that are up."""
        rows = self._asked(
            "SELECT subject FROM journal_entry WHERE kind IN ('call.offered', 'call.ended')"
            " GROUP BY subject HAVING min(kind) = 'call.offered'"
        )
        return {subject.removeprefix("call:") for (subject,) in rows}

    def since(self, entry_id: int) -> list[FactRow]:
        """Everything after that entry."""
        return self._rows("id > ?", entry_id)

    def of_call(self, call_id: str) -> list[FactRow]:
        """The facts of one call, in the order of events."""
        return self._rows("subject = ?", f"call:{call_id}") if call_id else []

    def offered_since(self, entry_id: int, *, ani: str | None = None) -> set[str]:
        """The calls offered since then, of one number or of all."""
        offered = [fact for fact in self.since(entry_id) if fact.kind == "call.offered"]
        return {
            fact.subject.removeprefix("call:")
            for fact in offered
            if ani is None or _same_number(str(fact.payload["ani"]), ani)
        }

    def dialled_since(self, entry_id: int, number: str) -> set[str]:
        """Calls that the machine made to that number since then."""
        return {
            fact.subject.removeprefix("call:")
            for fact in self.since(entry_id)
            if fact.kind == "call.dialled" and fact.payload["number"] == number
        }


def _fact(entry_id: int, subject: str, kind: str, payload: str) -> FactRow:
    told = json.loads(payload)
    return FactRow(entry_id, subject, kind, datetime.fromisoformat(told["at"]), told)


def _same_number(offered: str, dialled: str) -> bool:
    return offered == dialled or (not dialled and not offered.strip("+").isdigit())
