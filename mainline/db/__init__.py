"""Tables, sessions and the unit of work."""

from mainline.db.base import Base, BigId, Moment, Record
from mainline.db.unit_of_work import Database, in_unit_of_work

__all__ = ["Base", "BigId", "Database", "Moment", "Record", "in_unit_of_work"]
