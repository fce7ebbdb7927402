"""Tables: articles with versions, what they are found by, what was looked for, what was read."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base, Record


class KnowledgeArticle(Record):
    """Something that is known. What it says stands in its versions."""

    __tablename__ = "knowledge_article"

    created_by: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None]
    """Taken away by hand; shown to nobody since."""
    retired_by: Mapped[str] = mapped_column(String(64), default="")


class KnowledgeVersion(Record):
    """One version. The newest published one that has begun counts, until its validity ends."""

    __tablename__ = "knowledge_version"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        Index(None, "state", "valid_from"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("knowledge_article.id"))
    number: Mapped[int]
    open_key: Mapped[int | None] = mapped_column(unique=True)
    """The article's id until it is decided: one draft at a time."""
    state: Mapped[str] = mapped_column(String(16))
    """draft, submitted, published."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts how often it was kept: nobody writes over somebody else."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(String(400), default="")
    author: Mapped[str] = mapped_column(String(64))
    writers: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Everybody who wrote at it: none of them may approve it."""
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    """What whoever decided has said."""
    length: Mapped[int | None]
    """The weight of all its words; None: not in the index yet."""


class KnowledgeTerm(Base):
    """A word stands in a version."""

    __tablename__ = "knowledge_term"
    __unaudited__: ClassVar[str] = "an index of the versions, made again from them"

    term: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("knowledge_version.id"), primary_key=True, index=True
    )
    weight: Mapped[float]
    sound: Mapped[str] = mapped_column(String(200), index=True)


class KnowledgeMark(Base):
    """A version belongs to a reason or has a tag."""

    __tablename__ = "knowledge_mark"
    __unaudited__: ClassVar[str] = "made from the version"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    """reason or tag."""
    code: Mapped[str] = mapped_column(String(48), primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("knowledge_version.id"), primary_key=True, index=True
    )


class KnowledgeFile(Base):
    """What an attachment holds; the same file is kept once."""

    __tablename__ = "knowledge_file"
    __unaudited__: ClassVar[str] = "files by their hash, never changed"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class KnowledgeAttachment(Record):
    """A file beside a version."""

    __tablename__ = "knowledge_attachment"

    version_id: Mapped[int] = mapped_column(ForeignKey("knowledge_version.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("knowledge_file.sha256"))
    by: Mapped[str] = mapped_column(String(64))


class KnowledgeUse(Base):
    """How often an article was opened on a day."""

    __tablename__ = "knowledge_use"
    __unaudited__: ClassVar[str] = "counters"

    article_id: Mapped[int] = mapped_column(ForeignKey("knowledge_article.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int]


class KnowledgeSearch(Base):
    """How often something was looked for on a day, and how often in vain."""

    __tablename__ = "knowledge_search"
    __unaudited__: ClassVar[str] = "counters"

    words: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int]
    empty: Mapped[int]


class KnowledgeLook(Record):
    """An article was opened, or something looked for: the counters as of a past moment."""

    __tablename__ = "knowledge_look"
    __unaudited__: ClassVar[str] = "only ever added to"
    __table_args__ = (Index(None, "created_at"),)

    article_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_article.id"))
    """What was opened; None: it was looked for ``words``."""
    words: Mapped[str] = mapped_column(String(60), default="")
    empty: Mapped[bool] = mapped_column(default=False)


class KnowledgeGap(Base):
    """A search without result about which somebody has done something."""

    __tablename__ = "knowledge_gap"

    words: Mapped[str] = mapped_column(String(60), primary_key=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_article.id"))
    """The draft it became; None: it needs no article."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
