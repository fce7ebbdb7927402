"""Tables: premises, customers, telephones, accounts, barred numbers."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from crm.addresses.models import Path, bytewise
from crm.addresses.pinyin import initials
from mainline.db import SECRET, Record


class Premise(Record):
    """Where we supply: a place with its address written out, so that lists need no walk."""

    __tablename__ = "premise"

    node_id: Mapped[int] = mapped_column(ForeignKey("address_node.id"), index=True)
    path: Mapped[str] = mapped_column(Path, index=True)
    address_zh: Mapped[str] = mapped_column(String(200))
    address_en: Mapped[str] = mapped_column(String(250))
    area_m2: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("premise.id"), index=True)
    """The premise that this one turned out to be."""


class Customer(Record):
    """A person or an organisation that we supply."""

    __tablename__ = "customer"

    name: Mapped[str] = mapped_column(bytewise(64), index=True)
    initials: Mapped[str] = mapped_column(bytewise(64), default="", server_default="", index=True)
    """The pinyin initials of the name."""
    customer_class: Mapped[str] = mapped_column(String(16), default="residential")
    priority: Mapped[int] = mapped_column(default=0)
    """Higher goes ahead in the queues."""
    restricted: Mapped[bool] = mapped_column(default=False)
    elderly: Mapped[bool] = mapped_column(default=False)
    medical: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(String(8))
    """``zh`` or ``en``; None: as the line decides."""
    notes: Mapped[str] = mapped_column(Text, default="")
    contact_by: Mapped[str | None] = mapped_column(String(16))
    """How we may come to them by ourselves: phone, sms, not_by_phone; None: nothing was wished."""
    contact_from: Mapped[str | None] = mapped_column(String(5))
    contact_until: Mapped[str | None] = mapped_column(String(5))
    """Between which hours of the company's clocks, such as 18:00 and 20:00; None: whenever."""
    id_tail: Mapped[str] = mapped_column(String(64), default="", server_default="", info=SECRET)
    """The last four characters of the identity card, as ``identity`` seals them."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """The customer whom this one turned out to be."""

    @validates("name")
    def _spelled(self, _key: str, name: str) -> str:
        self.initials = initials(name, person=True)
        return name


class CustomerPhone(Record):
    """A number somebody may call from, in the normal form of ``mainline.phone``."""

    __tablename__ = "customer_phone"
    __table_args__ = (
        UniqueConstraint("number", "customer_id"),
        Index(None, "customer_id"),
        Index(None, "tail"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    number: Mapped[str] = mapped_column(String(20))
    tail: Mapped[str] = mapped_column(String(4))
    """The last four digits: how people search."""
    label: Mapped[str] = mapped_column(String(32), default="")
    confirmed: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False: nobody has proven that it is the customer's; it opens nothing private."""
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    """Who of the staff confirmed it; None for one that came in as confirmed."""
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """From then on it is not theirs any more; it stays as history."""


class ServiceAccount(Record):
    """What somebody pays for at a premise."""

    __tablename__ = "service_account"
    __table_args__ = (Index(None, "customer_id"), Index(None, "premise_id"))

    number: Mapped[str] = mapped_column(bytewise(20), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"))
    utility: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(16), default="active")
    """active, suspended or closed."""


class IdentityFailure(Record):
    """Somebody on the telephone gave facts about this customer that were wrong."""

    __tablename__ = "identity_failure"
    __unaudited__: ClassVar[str] = "counts tries"
    __table_args__ = (Index(None, "customer_id", "at"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    at: Mapped[datetime]


class BarredNumber(Record):
    """A number whose callers hear a polite refusal, whoever they are."""

    __tablename__ = "barred_number"

    number: Mapped[str] = mapped_column(String(20), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    until: Mapped[datetime | None]
