"""Facts about meters, subject ``account:<id>``."""

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
