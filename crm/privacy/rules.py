"""What the company allows of reading: reasons, limits, what is usual. Pure."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

OTHER: Final = "other"
"""The reason that is told in one's own words."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Part):
    """Why somebody may look behind a mask."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    label: LocalizedText


class Usual(_Part):
    """What an hour's reading is held against: the greatest of these three counts as usual.

    One's own mean hour of ``days``, the median of the colleagues in this hour, and ``least``.
    """

    least: int = Field(default=30, ge=1, le=10_000)
    days: int = Field(default=14, ge=1, le=60)
    rows_as_one: int = Field(default=10, ge=1, le=1000)
    """So many rows of lists weigh like one record that was opened."""


_Few = Annotated[int, Field(ge=1, le=10_000)]


class Exports(_Part):
    """Lists that leave the house as files."""

    alone_rows: int = Field(default=500, ge=0, le=100_000)
    """Above so many rows a second person has to approve."""
    rows_max: int = Field(default=20_000, ge=1, le=100_000)
    hours: int = Field(default=24, ge=1, le=720)
    """How long the file can be fetched."""
    a_day: int = Field(default=20, ge=1, le=1000)


class PrivacyRules(_Part):
    """All of it; what a company leaves out is as here."""

    reasons: tuple[Reason, ...] = Field(default=(), max_length=30)
    unmask_minutes: int = Field(default=5, ge=1, le=60)
    unmask_an_hour: _Few = 30
    searches_a_minute: _Few = 30
    guesses_an_hour: _Few = 20
    """Searches by a name with the end of a number, or by such an end alone."""
    rows_an_hour: int = Field(default=2000, ge=50, le=1_000_000)
    """Customers listed by searches."""
    usual: Usual = Usual()
    exports: Exports = Exports()


def problems(body: PrivacyRules) -> Sequence[Problem]:
    """A reason that is there twice."""
    codes = [reason.code for reason in body.reasons]
    return [
        Problem("error", "twice", f"reasons.{place}", Text("This name stands here twice."))
        for place, code in enumerate(codes)
        if code in codes[:place] or code == OTHER
    ]


def weight(opened: int, rows: int, usual: Usual) -> float:
    """How much was read, in records."""
    return opened + rows / usual.rows_as_one


def times_usual(
    now: Mapping[str, float], past: Mapping[str, Sequence[float]], usual: Usual
) -> dict[str, float]:
    """For each reader, how many times the usual was read within the hour."""
    return {
        reader: round(value / _usual(reader, now, past, usual), 2) for reader, value in now.items()
    }


def _usual(
    reader: str, now: Mapping[str, float], past: Mapping[str, Sequence[float]], usual: Usual
) -> float:
    others = [value for other, value in now.items() if other != reader]
    own = past.get(reader, ())
    return max(float(usual.least), fmean(own) if own else 0.0, median(others) if others else 0.0)
