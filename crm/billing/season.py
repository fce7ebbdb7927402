"""Heating seasons: until when one may be suspended. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from crm.billing.rules import SuspensionRules


@dataclass(frozen=True, slots=True)
class Window:
    """The season that runs or comes next, and whether it can still be suspended."""

    begins: date
    ends: date
    last_day: date
    """The last day on which it could be applied for."""
    is_open: bool

    @property
    def opens_on(self) -> date:
        """From when on the season after it can be applied for."""
        return self.ends + timedelta(days=1)


def window(rules: SuspensionRules, today: date) -> Window:
    """What counts on that day."""
    years = (today.year - 1, today.year, today.year + 1)
    seasons = (_season(rules, year) for year in years)
    begins, ends = next(season for season in seasons if season[1] >= today)
    last_day = begins - timedelta(days=rules.notice_days)
    return Window(begins, ends, last_day, is_open=today <= last_day)


def _season(rules: SuspensionRules, year: int) -> tuple[date, date]:
    over_new_year = rules.season_ends < rules.season_begins
    return (
        date.fromisoformat(f"{year:04}-{rules.season_begins}"),
        date.fromisoformat(f"{year + over_new_year:04}-{rules.season_ends}"),
    )
