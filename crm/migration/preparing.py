"""What of an import needs no database: rows are read, converted and judged, batch after batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm.addresses.gazetteer import Place
from crm.migration.addressing import Remembering
from crm.migration.batches import Batch, Reader, Where
from crm.migration.fields import Table
from crm.migration.headers import unused
from crm.migration.loading.bills import Bills
from crm.migration.loading.common import Loader
from crm.migration.loading.customers import Customers
from crm.migration.loading.meters import Meters
from crm.migration.loading.orders import Orders
from crm.migration.loading.payments import Payments
from crm.migration.loading.places import Places
from crm.migration.loading.totals import Totals
from crm.migration.mapping import ImportMapping
from crm.migration.sources import Source

Prepared = tuple[int, Batch]
"""The number of the last row that was read, and what the rows came to."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the rows of a table are brought in, and by whom."""

    mapping: ImportMapping
    where: Where
    by: str
    places: Sequence[Place]
    """What addresses are read against."""

    def loader(self, table: Table) -> Loader:
        """What judges its rows and stores them."""
        makers: Mapping[Table, Callable[[], Loader]] = {
            "places": Places,
            "customers": lambda: Customers(self.mapping, Remembering(tuple(self.places))),
            "meters": lambda: Meters(self.mapping), "orders": lambda: Orders(self.by),
            "bills": lambda: Bills(self.mapping), "payments": lambda: Payments(self.mapping),
            "totals": Totals,
        }  # fmt: skip
        return makers[table]()


@dataclass(frozen=True, slots=True)
class Task:
    """The rows of a source behind ``after``, so many at a time."""

    source: Source
    manner: Manner
    rows: int
    after: int

    @property
    def left(self) -> int:
        """Lines that are to be read."""
        return self.source.file.lines - self.after

    def prepared(self) -> Iterator[Prepared]:
        """One batch after the other."""
        source, manner = self.source, self.manner
        reader = Reader(source.table, source.header, manner.mapping, manner.where)
        loader = manner.loader(source.table)
        begins = not self.after
        for rows in source.batches(self.rows, after=self.after):
            batch = reader.read(rows)
            if begins:
                batch.problems[:0], begins = unused(source.header), False
            loader.prepare(batch)
            yield rows.last, batch
