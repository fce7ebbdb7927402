"""The books of the CRM. Every answer is one short unit of work with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers import identify as customers
from ivr.flows.books import Account, Caller, Identification
from ivr.say import Language
from mainline.config import Settings
from mainline.db import Database

ANSWER_S: Final = 1.5
"""A caller waits in silence meanwhile."""


class CrmBooks:
    """Implements :class:`ivr.flows.books.Books`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._area_code = settings.home_area_code

    async def identify(self, ani: str) -> Identification:
        """Whose number this is."""
        async with self._reading() as session:
            found = await customers.identify(session, ani, area_code=self._area_code)
        return Identification(
            tuple(_caller(candidate) for candidate in found.candidates),
            withheld=found.how == "withheld",
            restricted=found.barred,
        )

    async def by_account(self, number: str) -> Caller | None:
        """The customer with this account number."""
        async with self._reading() as session:
            found = await customers.by_account_number(session, number)
        return _caller(found) if found else None

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncSession]:
        async with asyncio.timeout(ANSWER_S), self._database.reading() as session:
            yield session

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        async with asyncio.timeout(ANSWER_S), self._database.unit_of_work() as session:
            yield session


def _caller(candidate: customers.Candidate) -> Caller:
    language: Language | None = None
    if candidate.language in {"zh", "en"}:
        language = "en" if candidate.language == "en" else "zh"
    return Caller(
        candidate.customer_id,
        language,
        restricted=candidate.restricted,
        priority=candidate.priority,
        accounts=tuple(
            Account(one.account_id, one.number, one.premise_id, one.address_zh, one.address_en)
            for one in candidate.accounts
        ),
    )
