"""Tables: ratings (a projection), and whose turn it is to be asked."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base


class CallRating(Base):
    """Projection: what a caller was asked and said after a call."""

    __tablename__ = "call_rating"
    __unaudited__: ClassVar[str] = "a projection of the journal"
    __table_args__ = (Index(None, "agent", "asked_at"),)

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent: Mapped[str] = mapped_column(String(8), default="")
    queue: Mapped[str] = mapped_column(String(32), default="")
    asked_at: Mapped[datetime] = mapped_column(index=True)
    rated_at: Mapped[datetime | None]
    """None: the caller hung up, or pressed nothing that counts."""
    scores: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Question to score."""
    score: Mapped[float | None]
    """Their mean."""
    low: Mapped[bool] = mapped_column(default=False)


class SurveyTurn(Base):
    """How many calls of a queue ended by the agent there were."""

    __tablename__ = "survey_turn"
    __unaudited__: ClassVar[str] = "a counter"

    queue: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
