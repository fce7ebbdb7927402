"""The leader's hand on a line."""

from datetime import datetime
from typing import Literal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base


class LineMode(Base):
    """Present only while a line is not answered by the calendar alone."""

    __tablename__ = "line_mode"

    dnis: Mapped[str] = mapped_column(String(21), primary_key=True)
    mode: Mapped[Literal["night", "holiday", "emergency"]] = mapped_column(String(16))
    until: Mapped[datetime | None]
    """When the calendar answers again; None: when somebody says so."""
