"""A dry run is a run on a scratch copy of what the import reads; the real database is only read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import insert, select

from crm.addresses.models import AddressAlias, AddressNode
from crm.billing.models import Bill, Meter, MeterReading, Payment
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.migration.models import ImportRun
from crm.work_orders.models import WorkOrder
from mainline.db import Base, Database
from mainline.definitions.models import DefinitionVersion

_ROWS: Final = 5_000
_READ: Final = (
    DefinitionVersion, AddressNode, AddressAlias, Premise, Customer, ServiceAccount,
    CustomerPhone, Meter, MeterReading, Bill, Payment, WorkOrder, ImportRun,
)  # fmt: skip


@asynccontextmanager
async def copy_of(database: Database, folder: Path) -> AsyncIterator[Database]:
    """What an import looks at, in a file that is gone afterwards."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix="dry-run-") as place:
        scratch = Database(f"sqlite+aiosqlite:///{place}/scratch.db", loads=True)
        try:
            async with scratch.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
                await connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                await _fill(database, connection)
            yield scratch
        finally:
            await scratch.dispose()


async def _fill(database: Database, connection: object) -> None:
    async with database.reading_of_one_moment() as session:
        for table in _READ:
            rows = await session.stream(select(table.__table__).order_by(table.id))
            async for part in rows.mappings().partitions(_ROWS):
                await connection.execute(  # type: ignore[attr-defined]
                    insert(table), [dict(row) for row in part]
                )
