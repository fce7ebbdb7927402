"""Who is called: shares and samples. Pure: the same seed gives the same people."""

import hashlib
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Source = Literal["orders", "complaints", "low_ratings", "random", "arrears", "outage"]
DAYS_MAX = 366


class Selection(BaseModel):
    """Whom a campaign calls. What a source does not use is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source
    types: tuple[str, ...] = Field(default=(), max_length=40)
    """Types of work orders; none: all."""
    days: int = Field(default=30, ge=1, le=DAYS_MAX)
    percent: int = Field(default=10, ge=1, le=100)
    """Of the orders closed in the last ``days`` days, at least so many in a hundred."""
    least_fen: int = Field(default=1, ge=1)
    """Reminded is who owes so much, past its day."""
    outage_id: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> "Selection":
        if self.source == "outage" and self.outage_id is None:
            raise ValueError("which outage?")
        return self

    @property
    def automatic(self) -> bool:
        """Whether the machine calls, not an agent."""
        return self.source in {"arrears", "outage"}


def sample(ids: Iterable[int], percent: int, seed: int) -> list[int]:
    """At least so many in a hundred, chosen by chance that can be repeated."""
    every = sorted(set(ids), key=lambda one: (_chance(seed, one), one))
    return sorted(every[: ceil(len(every) * percent / 100)])


def within_quota(ids: Sequence[int], quota: int, seed: int) -> list[int]:
    """Not more than the quota, by the same chance; 0 is no limit."""
    if not quota or len(ids) <= quota:
        return list(ids)
    chosen = sorted(ids, key=lambda one: (_chance(seed, one), one))[:quota]
    return [one for one in ids if one in set(chosen)]


def _chance(seed: int, one: int) -> bytes:
    return hashlib.sha256(f"{seed}:{one}".encode()).digest()
