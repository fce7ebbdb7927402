"""The whole demo town at once, for tests and tools; ``mainline prepare`` does it by features."""

from crm.areas import demo as areas
from crm.billing import demo as billing
from crm.catalog import demo as catalog
from crm.customers import demo as customers
from crm.knowledge import demo as knowledge
from crm.outages import demo as outages
from crm.staff import demo as staff
from crm.work_orders import demo as work_orders
from mainline.config import Settings
from mainline.db import Database


async def load_all(database: Database, settings: Settings) -> None:
    """Load everything in one unit of work; loading again changes nothing."""
    async with database.unit_of_work() as session:
        for part in (staff, customers, areas, catalog, billing, outages, work_orders, knowledge):
            await part.load(session, settings.pack)
