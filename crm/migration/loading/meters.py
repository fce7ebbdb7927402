"""Meters, with what they showed last where the old system tells it."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Meter, MeterReading
from crm.migration import bulk
from crm.migration.batches import Batch
from crm.migration.loading.common import once, to_accounts
from crm.migration.mapping import ImportMapping

DIGITS_MAX = 12


class Meters:
    """Each row is a meter of an account."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._unit = mapping.meter_unit

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Fill in unit and digits; a reading without its day is none."""
        columns, nothing = batch.columns, [None] * len(batch)
        for name in ("removed_on", "reading", "read_on"):
            columns.setdefault(name, list(nothing))
        columns["unit"] = [each or self._unit for each in columns.get("unit", nothing)]
        columns["digits"] = [each or 6 for each in columns.get("digits", nothing)]
        gone = []
        for at, (digits, reading, read_on) in enumerate(
            zip(columns["digits"], columns["reading"], columns["read_on"], strict=True)
        ):
            if digits > DIGITS_MAX:
                batch.found(at, "digits", "not-a-count")
            elif reading is not None and read_on is None:
                batch.found(at, "read_on", "empty")
            else:
                continue
            gone.append(at)
        batch.drop(gone)

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Insert those whose account is known and whose number is new."""
        batch.columns["account_id"] = await to_accounts(session, batch)
        rows = await bulk.found(
            session,
            "SELECT m.number, m.account_id FROM keys k JOIN meter m ON m.number = k.key",
            list(set(batch.columns["number"])),
        )
        there = {number: account for number, account in rows}  # noqa: C416 - rows are no pairs
        batch.drop(once(batch, "number", batch.columns["account_id"], there))
        ids = list(await bulk.take_ids(session, Meter, len(batch)))
        columns: bulk.Columns = {
            "id": ids,
            **{
                name: batch.columns[name]
                for name in ("number", "account_id", "unit", "digits", "removed_on")
            },
        }
        await bulk.insert(session, Meter, columns)
        await self._readings(session, batch, ids)

    async def _readings(self, session: AsyncSession, batch: Batch, ids: list[int]) -> None:
        cells = zip(
            ids, batch.columns["number"], batch.columns["reading"], batch.columns["read_on"],
            strict=True,
        )  # fmt: skip
        told = [each for each in cells if each[2] is not None]
        columns: bulk.Columns = {
            "meter_id": [meter for meter, _, _, _ in told],
            "value": [value for _, _, value, _ in told],
            "read_at": [at for _, _, _, at in told],
            "key": [f"import:{number}:{at:%Y-%m-%d}" for _, number, _, at in told],
        }
        await bulk.insert(
            session, MeterReading, columns, source="import", state="accepted", call_id=None
        )
