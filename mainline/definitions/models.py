"""Versions of definitions. A published body is never edited; a new version replaces it."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class DefinitionVersion(Record):
    """One version. ``published_at`` None is a draft; in force is the one that counts since last."""

    __tablename__ = "definition_version"
    __table_args__ = (
        UniqueConstraint("kind", "name", "version"),
        Index(None, "kind", "name", "published_at"),
    )

    kind: Mapped[str] = mapped_column(String(48))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(64))
    valid_from: Mapped[datetime | None]
