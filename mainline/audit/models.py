"""Tables: the log, and which rows once pointed where."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.acting import WHY_CHARS_MAX
from mainline.db import Base, BigId

INSERT: Final = "insert"
UPDATE: Final = "update"
DELETE: Final = "delete"
LOAD: Final = "load"
"""Many new rows of one table at once: how many, and a hash of all of them."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since 1970: what is kept, because no database has two ways to write a whole number."""
    return (moment - _EPOCH) // _MICROSECOND


class AuditEntry(Base):
    """One change. Rows are only ever added; ids have no gaps."""

    __tablename__ = "audit_entry"
    __unaudited__: ClassVar[str] = "it is the log"
    __table_args__ = (Index(None, "table_name", "row_key", "id"), Index(None, "by", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at_us: Mapped[int] = mapped_column(BigInteger, index=True)
    by: Mapped[str] = mapped_column(String(64))
    """Who: somebody of the staff, or the process that acted by itself."""
    process: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(WHY_CHARS_MAX), default="")
    action: Mapped[str] = mapped_column(String(8))
    table_name: Mapped[str] = mapped_column(String(64))
    row_key: Mapped[str] = mapped_column(String(160))
    changes: Mapped[str] = mapped_column(Text)
    """``{"old": …, "new": …}``, exactly as it was hashed."""
    hash: Mapped[str] = mapped_column(String(64))
    """Of all of this and of the hash before."""

    @property
    def at(self) -> datetime:
        """When."""
        return _EPOCH + self.at_us * _MICROSECOND


class AuditLeft(Base):
    """A row pointed to that one until this entry: so that lists of the past are found."""

    __tablename__ = "audit_left"
    __unaudited__: ClassVar[str] = "it follows from the log"
    __table_args__ = (Index(None, "table_name", "column_name", "value"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(64))
    row_key: Mapped[str] = mapped_column(String(160))
    value: Mapped[int] = mapped_column(BigInteger)
