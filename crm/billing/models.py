"""Tables: bills, payments and blocks on them; meters and what they showed."""

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


class Meter(Record):
    """What counts at a premise; whole units only."""

    __tablename__ = "meter"

    account_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"), index=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    unit: Mapped[str] = mapped_column(String(8))
    """m3, t, kwh or gj."""
    digits: Mapped[int]
    """Figures on its dial."""
    removed_on: Mapped[date | None] = mapped_column(Date)


class MeterReading(Record):
    """What a meter showed."""

    __tablename__ = "meter_reading"
    __table_args__ = (Index(None, "meter_id", "read_at"),)

    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    read_at: Mapped[datetime]
    value: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(16))
    """ivr, desk, round, remote, or import: from the old system."""
    state: Mapped[str] = mapped_column(String(16))
    """accepted, to_check or refused."""
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Taking a reading again with the same key gives the same reading."""


class PaymentBlock(Record):
    """No counter takes money for the account, until it is lifted."""

    __tablename__ = "payment_block"
    __table_args__ = (Index(None, "account_id", "lifted_at"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("service_account.id"))
    key: Mapped[str | None] = mapped_column(String(160), unique=True)
    """Blocking again with the same key gives the same block."""
    reason_zh: Mapped[str] = mapped_column(String(400))
    reason_en: Mapped[str] = mapped_column(String(400))
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    """A person, or ``rule:<code>``."""
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(64), default="")
    lift_note: Mapped[str] = mapped_column(String(400), default="")
