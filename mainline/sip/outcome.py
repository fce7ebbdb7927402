"""What became of a call, told from the journal of the instance that took it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from mainline.db import Database
from mainline.ids import call_of
from mainline.journal import call_events as facts
from mainline.journal.event import Event
from mainline.journal.journal import entries_after, last_id

_CATCH_UP_S = 8.0
_PAGE = 500
_MAX_PAGES = 20


@dataclass(frozen=True)
class Story:
    """The facts of one call in the order in which they happened."""

    call_id: str
    events: tuple[Event, ...]

    def lines(self) -> list[tuple[datetime, str, str]]:
        """Moment, kind and particulars of every fact."""
        return [(event.at, event.kind, _particulars(event)) for event in self.events]


async def newest_entry(database: Database) -> int:
    """Where the journal stands before the call."""
    async with database.reading() as session:
        return await last_id(session)


async def story_of(database: Database, after: int, ani: str) -> Story | None:
    """The call of this number offered since then, once it is complete; None when there is none."""
    deadline = asyncio.get_running_loop().time() + _CATCH_UP_S
    while True:
        story = await _look(database, after, ani)
        complete = story and any(isinstance(event, facts.CallEnded) for event in story.events)
        if complete or asyncio.get_running_loop().time() > deadline:
            return story
        await asyncio.sleep(0.1)


async def _look(database: Database, after: int, ani: str) -> Story | None:
    events = await _since(database, after)
    offered = [e for e in events if isinstance(e, facts.CallOffered) and _same(e.ani, ani)]
    if not offered:
        return None
    subject = offered[-1].subject
    own = sorted((e for e in events if e.subject == subject), key=lambda event: event.at)
    return Story(call_of(subject), tuple(own))


async def _since(database: Database, after: int) -> list[Event]:
    found: list[Event] = []
    async with database.reading() as session:
        for _ in range(_MAX_PAGES):
            page = await entries_after(session, after, limit=_PAGE)
            found += [entry.event for entry in page]
            if len(page) < _PAGE:
                break
            after = page[-1].id
    return found


def _same(offered: str, dialled: str) -> bool:
    """Withheld numbers arrive as nothing or as a word."""
    return offered == dialled or (not dialled and not offered.strip("+").isdigit())


def _particulars(event: Event) -> str:
    values = event.model_dump(exclude={"subject", "at"}, exclude_defaults=True)
    return " ".join(f"{name}={value}" for name, value in values.items())
