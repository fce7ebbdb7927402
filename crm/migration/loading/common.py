"""What loaders have in common: known accounts, rows that are there already."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from crm.migration import bulk
from crm.migration.batches import Batch, without


class Loader(Protocol):
    """``prepare`` needs no database; ``store`` leaves in the batch what came in."""

    def prepare(self, batch: Batch) -> None:
        """Whatever can be judged from the rows alone."""

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Refuse what does not fit, insert the rest."""

    def forget(self) -> None:
        """The last ``store`` was rolled back."""


async def to_accounts(session: AsyncSession, batch: Batch) -> list[int]:
    """The account of each row; rows of an unknown one are refused."""
    numbers = batch.columns["account"]
    rows = await bulk.found(
        session,
        "SELECT a.number, a.id FROM keys k JOIN service_account a ON a.number = k.key",
        list(set(numbers)),
    )
    known: dict[str, int] = dict(rows)
    accounts = list(map(known.get, numbers))
    unknown = [at for at, account in enumerate(accounts) if account is None]
    for at in unknown:
        batch.found(at, "account", "account-unknown")
    batch.drop(unknown)
    return without(accounts, unknown)


def once(
    batch: Batch,
    field: str,
    facts: Sequence[Any],
    there: Mapping[Hashable, Any],
    code: str = "number-taken",
) -> list[int]:
    """Which rows repeat a number: with the same facts they are again, with others refused."""
    keys: Sequence[Any] = batch.columns[field]
    if not there and len(set(keys)) == len(keys):
        return []
    seen, gone = dict(there), []
    for at, (key, fact) in enumerate(zip(keys, facts, strict=True)):
        if key not in seen:
            seen[key] = fact
            continue
        batch.found(at, field, "same-again" if seen[key] == fact else code)
        gone.append(at)
    return gone
