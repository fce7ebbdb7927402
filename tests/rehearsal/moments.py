"""Moments of a day that never was."""

from datetime import UTC, datetime, timedelta


def moment(seconds: float) -> datetime:
    """So many seconds after noon."""
    return datetime(2026, 11, 15, 12, tzinfo=UTC) + timedelta(seconds=seconds)
