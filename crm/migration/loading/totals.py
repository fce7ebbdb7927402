"""What the old system says it had."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm.migration.batches import Batch


class Totals:
    """Nothing is stored; the run holds it against what came in."""

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Count and amount of each item."""
        nothing = [None] * len(batch)
        counts, amounts = (batch.columns.get(name, nothing) for name in ("count", "amount"))
        batch.told = {
            item: {"count": count, "amount": amount}
            for item, count, amount in zip(batch.columns["item"], counts, amounts, strict=True)
        }
        batch.sums = {}

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Nothing to store."""
