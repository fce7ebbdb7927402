"""Which days are counted, and in what steps: days, weeks or months of the company's clock. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from mainline.errors import Invalid

DAYS_MAX: Final = 3 * 366
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
_DAILY: Final = 62
_WEEKLY: Final = 7 * 53


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both included."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first <= self.last <= LATEST:
            raise Invalid("period")
        if (self.last - self.first).days >= DAYS_MAX:
            raise Invalid("period")

    @property
    def begins(self) -> datetime:
        """The moment at which it begins."""
        return self._start(self.first)

    @property
    def ends(self) -> datetime:
        """The moment at which it is over."""
        return self._start(self.last + timedelta(days=1))

    def steps(self) -> Sequence[date]:
        """The first day of each step, at most some sixty."""
        days = (self.last - self.first).days + 1
        found: list[date] = []
        day = self.first
        while day <= self.last:
            found.append(day)
            day = _next(day, days)
        return found

    def moments(self) -> list[tuple[str, datetime]]:
        """Each step with the moment at which it begins."""
        return [(day.isoformat(), self._start(day)) for day in self.steps()]

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)


def _next(day: date, days: int) -> date:
    if days <= _DAILY:
        return day + timedelta(days=1)
    if days <= _WEEKLY:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
