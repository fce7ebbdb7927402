"""Payments: money that came in."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Payment
from crm.migration import bulk
from crm.migration.batches import Batch, without
from crm.migration.loading.common import to_accounts
from crm.migration.mapping import ImportMapping

_Key = tuple[int, datetime, int, str]


class Payments:
    """A payment is there already when all about it is equal: account, time, amount, channel."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._keeps = mapping.tables["payments"].again == "keep"

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Nothing to judge."""

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Insert those whose account is known and that are not there yet."""
        accounts = await to_accounts(session, batch)
        again = [] if self._keeps else await _again(session, batch, accounts)
        batch.drop(again)
        columns: bulk.Columns = {
            "account_id": without(accounts, again),
            "paid_at": batch.columns["paid_at"], "amount_fen": batch.columns["amount"],
            "channel": batch.columns["channel"],
        }  # fmt: skip
        await bulk.insert(session, Payment, columns)


async def _again(session: AsyncSession, batch: Batch, accounts: list[int]) -> list[int]:
    columns = batch.columns
    keys = list(
        zip(accounts, columns["paid_at"], columns["amount"], columns["channel"], strict=True)
    )
    seen = await _there(session, accounts, columns["paid_at"])
    if not seen and len(set(keys)) == len(keys):
        return []
    gone = []
    for at, key in enumerate(keys):
        if key in seen:
            batch.found(at, "paid_at", "same-again")
            gone.append(at)
        seen.add(key)
    return gone


async def _there(session: AsyncSession, accounts: list[int], times: list[datetime]) -> set[_Key]:
    """Payments of these accounts within these days."""
    if not times:
        return set()
    values: dict[str, Any] = {"first": min(times), "last": max(times)}
    if session.get_bind().dialect.name == "sqlite":
        values = {name: f"{time:%Y-%m-%d %H:%M:%S.%f}" for name, time in values.items()}
    rows = await bulk.found(
        session,
        "SELECT p.account_id, p.paid_at, p.amount_fen, p.channel FROM keys k"
        " JOIN payment p ON p.account_id = k.key AND p.paid_at BETWEEN :first AND :last",
        list(set(accounts)), **values,
    )  # fmt: skip
    return {(account, _moment(at), fen, channel) for account, at, fen, channel in rows}


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)
