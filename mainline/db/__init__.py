"""Tables, sessions and the unit of work."""

from mainline.db.asked import any_of, at_most
from mainline.db.base import SECRET, Base, BigId, Moment, Record
from mainline.db.turn import in_turn
from mainline.db.unit_of_work import Database, Session, in_unit_of_work, remembered
from mainline.db.upsert import write_over

__all__ = [
    "SECRET",
    "Base",
    "BigId",
    "Database",
    "Moment",
    "Record",
    "Session",
    "any_of",
    "at_most",
    "in_turn",
    "in_unit_of_work",
    "remembered",
    "write_over",
]
