"""Tables: runs of the import, each with how far it is."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class ImportRun(Record):
    """One bringing-in of a folder's files. Its progress is written with the rows it tells of."""

    __tablename__ = "import_run"
    __unaudited__: ClassVar[str] = "how far an import has come; its facts are in the journal"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    """The same files under the same mapping are the same run."""
    by: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[str] = mapped_column(String(64))
    mapping_version: Mapped[int]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Name, sheet, table and hash of each source."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """Rises with each batch: a second process sees that it is not alone."""
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How far each source is, what was counted, what was wrong."""
    finished_at: Mapped[datetime | None]
