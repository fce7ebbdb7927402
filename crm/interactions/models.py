"""Tables: the call list and its queue visits (projections), dispositions, messages, notes.

Projections name customers and recordings by id without a foreign key: a fact about something we do
not know must never keep the other facts from being read.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from mainline.db import Base, Record
from mainline.phone import TAIL


class CallTimeline(Base):
    """The facts of one call as the journal told them; everything else is computed from these."""

    __tablename__ = "call_timeline"
    __unaudited__: ClassVar[str] = "a projection of the journal"

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class Interaction(Base):
    """Projection: one call, however many telephones took part. ``id`` is Asterisk's linkedid."""

    __tablename__ = "interaction"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (
        Index(None, "began_at", "id"),
        Index(None, "customer_id", "began_at"),
        Index(None, "agent", "began_at"),
        Index(None, "queue", "began_at"),
        Index(None, "ani", "began_at"),
        Index(None, "ani_tail", "began_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    direction: Mapped[str] = mapped_column(String(4), default="in")
    ani: Mapped[str] = mapped_column(String(64), default="")
    """The caller as the network told it; of an outgoing call, the number that was called."""
    ani_tail: Mapped[str] = mapped_column(String(TAIL), default="", server_default="")
    """Its last four characters: how people search."""
    dnis: Mapped[str] = mapped_column(String(32), default="")
    began_at: Mapped[datetime]
    """The earliest fact: what the call list is ordered by."""
    offered_at: Mapped[datetime | None]
    identified_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    customer_id: Mapped[int | None]
    account_id: Mapped[int | None]
    identified_how: Mapped[str | None] = mapped_column(String(16))
    candidates: Mapped[int] = mapped_column(default=0)
    menu: Mapped[str | None] = mapped_column(String(64))
    menu_version: Mapped[int | None]
    menu_path: Mapped[list[str]] = mapped_column(JSON, default=list)
    keys: Mapped[list[str]] = mapped_column(JSON, default=list)
    flows: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Self-service that was used: ``flow:result``."""
    language: Mapped[str | None] = mapped_column(String(8))
    queue: Mapped[str | None] = mapped_column(String(32))
    """The last queue the caller waited in."""
    agent: Mapped[str | None] = mapped_column(String(8))
    """The agent who talks, or talked last."""
    outcome: Mapped[str] = mapped_column(String(16), default="in-progress", index=True)
    degraded: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[str | None] = mapped_column(String(40))
    """The fault of an emergency, such as ``leak``: this call goes ahead of all."""
    repeats: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often they have called about the same matter, this call included; 0: they do not."""
    transfers: Mapped[int] = mapped_column(default=0)
    recording_started_at: Mapped[datetime | None]
    recording_id: Mapped[int | None]
    message_file: Mapped[str | None] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(String(64), index=True)
    disposed_at: Mapped[datetime | None]
    wait_s: Mapped[float | None]
    talk_s: Mapped[float | None]

    @validates("ani")
    def _ends(self, _key: str, ani: str) -> str:
        self.ani_tail = ani[-TAIL:]
        return ani


class QueueVisit(Base):
    """Projection: one stay of a call in a queue; ``how`` None while the caller waits."""

    __tablename__ = "queue_visit"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (
        Index(None, "queue", "entered_at"),
        Index(None, "how", "queue"),
        Index(None, "entered_at"),
    )

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(32))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    how: Mapped[str | None] = mapped_column(String(16))
    wait_s: Mapped[float | None]
    priority: Mapped[int] = mapped_column(default=0)
    degraded: Mapped[bool] = mapped_column(default=False)
    agent: Mapped[str | None] = mapped_column(String(8))


class Disposition(Record):
    """What the call was about, as the agent noted it. Written by the desk, not a projection."""

    __tablename__ = "disposition"

    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(64))
    reasons_version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[int | None]


class Note(Record):
    """What a leader wants to be remembered of a call (``call:…``) or an agent (``agent:…``)."""

    __tablename__ = "note"
    __table_args__ = (Index(None, "subject", "id"),)

    subject: Mapped[str] = mapped_column(String(80))
    author: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)


class MenuPassage(Base):
    """Projection: one node of a menu a caller came to. Written when the call is over."""

    __tablename__ = "menu_passage"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (
        Index("ix_menu_passage_counting", "menu", "at", "node", "keys", "target", "gave_up"),
    )

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    menu: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    node: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    keys: Mapped[str] = mapped_column(String(1), default="")
    target: Mapped[str | None] = mapped_column(String(64))
    """Where the caller went from here; None: the call ended, or a queue took it."""
    gave_up: Mapped[bool] = mapped_column(default=False)
