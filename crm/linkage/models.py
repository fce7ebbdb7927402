"""Table: what rules did, each once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class RuleFiring(Record):
    """A rule met a fact; what came of it."""

    __tablename__ = "rule_firing"
    __table_args__ = (Index(None, "rule", "at"), Index(None, "account_id", "at"))

    key: Mapped[str] = mapped_column(String(200), unique=True)
    """The rule and the fact: it never fires twice for one."""
    rule: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(index=True)
    fact: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(16))
    """done, nothing (it was so already), or refused."""
    result: Mapped[str] = mapped_column(String(64), default="")
    """The order that was opened or joined, or the code of the refusal."""
    work_order: Mapped[str] = mapped_column(String(20), default="", index=True)
    """The order that the fact was about."""
    request: Mapped[str] = mapped_column(String(20), default="", index=True)
    """The request that the fact was about."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("service_account.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
