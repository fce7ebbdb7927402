"""Tables: the address tree and the other names that people have for its places."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from crm.addresses.pinyin import initials
from mainline.db import Record


def bytewise(length: int) -> String:
    """Compared byte by byte on PostgreSQL too: "begins with" is a range of the index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Path = bytewise(120)


class AddressNode(Record):
    """A place in the tree district, street, community, building, unit, room."""

    __tablename__ = "address_node"
    __table_args__ = (Index(None, "level", "name_zh"), Index(None, "level", "initials"))

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("address_node.id"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    name_zh: Mapped[str] = mapped_column(String(64))
    """The standard name."""
    name_en: Mapped[str] = mapped_column(String(96))
    initials: Mapped[str] = mapped_column(bytewise(64), default="", server_default="")
    """The pinyin initials of the standard name."""
    path: Mapped[str] = mapped_column(Path, index=True)
    """Ids from the root down to this node: ``/1/7/44/``."""
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    """Degrees, WGS 84; None: not measured, the place above tells roughly."""

    @validates("name_zh")
    def _spelled(self, _key: str, name: str) -> str:
        self.initials = initials(name)
        return name


class AddressAlias(Record):
    """Another name of a place: an old one, a short one, its number in the road."""

    __tablename__ = "address_alias"
    __table_args__ = (UniqueConstraint("node_id", "name"), Index(None, "name"))

    node_id: Mapped[int] = mapped_column(ForeignKey("address_node.id"))
    name: Mapped[str] = mapped_column(String(64))
