"""Table: the slots in use."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base


class ParkedCall(Base):
    """A slot and who is in it; the row is gone when the slot is free."""

    __tablename__ = "parked_call"
    __unaudited__: ClassVar[str] = "calls in progress, gone with them"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[str] = mapped_column(String(8))
    """Who parked."""
    team: Mapped[str] = mapped_column(String(32), default="")
    queue: Mapped[str] = mapped_column(String(32), default="")
    reserved_at: Mapped[datetime]
    parked_at: Mapped[datetime | None]
    """When Asterisk had the customer in the slot; None while they are on their way."""
