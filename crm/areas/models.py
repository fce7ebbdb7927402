"""Tables: areas of service, and which premises belong to them."""

from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Base, Record

BRANCH: Final = "branch"
SUPPLY: Final = "supply"


class ServiceArea(Record):
    """A branch of the company, or what supplies a place and fails as a whole.

    The latter is a heat-exchange station, a pressure regulator, a pump zone: ``supply``.
    """

    __tablename__ = "service_area"

    code: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    """branch or supply."""
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(96))
    outline: Mapped[list[tuple[int, int]]] = mapped_column(JSON, default=list)
    """Corners on the drawn map, which is 1000 wide and 600 high; empty: not drawn."""
    premises: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many belong to it, counted when they were brought in."""


class AreaPremise(Base):
    """A premise belongs to an area; to several of different kinds."""

    __tablename__ = "area_premise"
    __table_args__ = (Index(None, "area_id"),)

    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("service_area.id"), primary_key=True)
