"""Facts about meters, money and blocks on it, subject ``account:<id>``."""

from mainline.journal import Event, event_kind


@event_kind("meter.read")
class MeterRead(Event):
    """A reading was taken; ``to_check``: somebody has to look whether it is true."""

    meter_id: int
    reading_id: int
    source: str
    state: str
    by: str
    call_id: str | None = None


@event_kind("payment.received")
class PaymentReceived(Event):
    """Money came in for the account."""

    amount_fen: int
    channel: str
    by: str


@event_kind("payment.blocked")
class PaymentBlocked(Event):
    """No counter takes money for the account, and why."""

    block_id: int
    reason_zh: str
    reason_en: str
    by: str


@event_kind("payment.unblocked")
class PaymentUnblocked(Event):
    """That block is lifted."""

    block_id: int
    by: str
    note: str
