"""The edge at which people read customers: each reading is written down in a unit of its own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from crm.privacy import service
from mainline.db import Database
from mainline.web import Principal, Who


@dataclass(frozen=True, slots=True)
class Reading:
    """One request's reading."""

    database: Database
    who: Principal

    async def opens(self, subject: str) -> None:
        """A record is shown."""
        async with self.database.unit_of_work() as session:
            await service.note_opened(session, self.who, subject)

    async def searches(self, *, guess: bool = False) -> int:
        """Before a search; refused when it is one too many. Which search it is."""
        async with self.database.unit_of_work() as session:
            return (await service.begin_search(session, self.who, guess=guess)).id

    async def listed(self, search_id: int, rows: int) -> None:
        """So many customers are shown by that search."""
        async with self.database.unit_of_work() as session:
            await service.note_listed(session, self.who, search_id, rows)


async def _reading(request: Request, who: Who) -> Reading:
    return Reading(request.app.state.database, who)


Reads = Annotated[Reading, Depends(_reading)]
