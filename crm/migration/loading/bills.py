"""Bills: what was charged, what was paid on it."""

from datetime import date, timedelta
from itertools import compress, count
from operator import gt, lt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill
from crm.migration import bulk
from crm.migration.batches import Batch, without
from crm.migration.loading.common import to_accounts
from crm.migration.mapping import ImportMapping


class Bills:
    """A bill is there already when its account has one of the same day and period."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._due = timedelta(days=mapping.due_days)
        self._keeps = mapping.tables["bills"].again == "keep"

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Fill in what a bill does not say; refuse what cannot be."""
        columns, nothing = batch.columns, [None] * len(batch)
        issued: list[date] = columns["issued_on"]
        due = columns.get("due_on", nothing)
        columns["due_on"] = [
            end or start + self._due for end, start in zip(due, issued, strict=True)
        ]
        columns["paid"] = [each or 0 for each in columns.get("paid", nothing)]
        periods = columns.get("period", nothing)
        columns["period"] = [
            each or f"{start:%Y-%m}" for each, start in zip(periods, issued, strict=True)
        ]
        self._refuse(batch)

    def _refuse(self, batch: Batch) -> None:
        columns = batch.columns
        over = list(compress(count(), map(gt, columns["paid"], columns["amount"])))
        reversed_ = list(compress(count(), map(lt, columns["due_on"], columns["issued_on"])))
        for at in over:
            batch.found(at, "paid", "paid-too-much")
        for at in set(reversed_).difference(over):
            batch.found(at, "due_on", "dates-reversed")
        batch.drop(sorted({*over, *reversed_}))

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Insert those whose account is known and that are not there yet."""
        accounts = await to_accounts(session, batch)
        again = [] if self._keeps else await self._again(session, batch, accounts)
        batch.drop(again)
        columns: bulk.Columns = {
            "account_id": without(accounts, again),
            "period": batch.columns["period"], "issued_on": batch.columns["issued_on"],
            "due_on": batch.columns["due_on"], "amount_fen": batch.columns["amount"],
            "paid_fen": batch.columns["paid"],
        }  # fmt: skip
        await bulk.insert(session, Bill, columns)

    async def _again(self, session: AsyncSession, batch: Batch, accounts: list[int]) -> list[int]:
        """Rows whose bill is there, with the same amount or, which is refused, another."""
        columns = batch.columns
        there = await _there(session, accounts, columns["issued_on"])
        keys = list(zip(accounts, columns["issued_on"], columns["period"], strict=True))
        if not there and len(set(keys)) == len(keys):
            return []
        gone = []
        for at, (key, amount) in enumerate(zip(keys, columns["amount"], strict=True)):
            if key not in there:
                there[key] = amount
                continue
            batch.found(at, "period", "same-again" if there[key] == amount else "number-taken")
            gone.append(at)
        return gone


async def _there(
    session: AsyncSession, accounts: list[int], days: list[date]
) -> dict[tuple[int, date, str], int]:
    """Bills of these accounts within these days."""
    if not days:
        return {}
    values: dict[str, Any] = {"first": min(days), "last": max(days)}
    if session.get_bind().dialect.name == "sqlite":
        values = {name: day.isoformat() for name, day in values.items()}
    rows = await bulk.found(
        session,
        "SELECT b.account_id, b.issued_on, b.period, b.amount_fen FROM keys k"
        " JOIN bill b ON b.account_id = k.key AND b.issued_on BETWEEN :first AND :last",
        list(set(accounts)), **values,
    )  # fmt: skip
    return {(account, _day(day), period): amount for account, day, period, amount in rows}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
