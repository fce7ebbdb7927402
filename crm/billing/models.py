"""Tables: bills and payments as the billing system tells of them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mainline.db import Record


class Bill(Record):
    """What was charged for a period. Open is ``amount_fen - paid_fen``."""

    __tablename__ = "bill"
    __table_args__ = (Index(None, "account_id", "issued_on"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    period: Mapped[str] = mapped_column(String(16))
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)


class Payment(Record):
    """Money that came in."""

    __tablename__ = "payment"
    __table_args__ = (Index(None, "account_id", "paid_at"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    paid_at: Mapped[datetime]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(16))
    """counter, bank, wechat, alipay, field."""
