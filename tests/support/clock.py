"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta, tzinfo


class StandingClock:
    """Takes the place of ``datetime`` inside ``mainline.clock``."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self, _zone: tzinfo | None = None) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def forward(self, **by: float) -> None:
        """``clock.forward(minutes=5)``."""
        self.at += timedelta(**by)
