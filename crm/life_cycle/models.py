"""Tables: requests, who had which role at an account when, and accounts that came from others."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class LifeRequest(Record):
    """Something that was requested for an account, or for a new one."""

    __tablename__ = "life_request"
    __table_args__ = (
        Index(None, "account_id", "state"),
        Index(None, "customer_id", "asked_at"),
        Index(None, "state", "effective_on"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    """The pre-acceptance number: from the same counter as orders, so that none is there twice."""
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Asking again with the same key gives the same request."""
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    """Of the definition it was made under, and finishes under."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("service_account.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    """Whose request it is."""
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    """documents, approval, orders, date, done, refused or withdrawn."""
    stopped: Mapped[str] = mapped_column(String(32), default="")
    """Why it could not take effect when it should have: the code of the refusal."""
    asked_at: Mapped[datetime] = mapped_column(index=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    effective_on: Mapped[date] = mapped_column(Date)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the effect needs to know (``details.Details``)."""
    documents: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    approvals: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    fees: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Lines of code, name and integer fen, as they were when it was asked for."""
    fee_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None]


class AccountRole(Record):
    """Who was what at an account, from when until when; None: since ever, or until further."""

    __tablename__ = "account_role"
    __table_args__ = (Index(None, "account_id", "role"), Index(None, "customer_id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    role: Mapped[str] = mapped_column(String(16))
    """owner, tenant, payer or property."""
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    request: Mapped[str] = mapped_column(String(20), default="")
    """The request that made it so."""


class AccountLink(Record):
    """An account came from another one, or went into it."""

    __tablename__ = "account_link"
    __table_args__ = (Index(None, "from_id"), Index(None, "to_id"))

    from_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    kind: Mapped[str] = mapped_column(String(8))
    """split or merge."""
    on: Mapped[date] = mapped_column(Date)
    request: Mapped[str] = mapped_column(String(20))
