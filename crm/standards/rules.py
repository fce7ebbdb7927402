"""Promises of service as profiles: by whom, since when, what is measured, and the limit. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm.catalog.work_order_types import Urgency
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText

Metric = Literal[
    "answer", "connect", "abandon", "mean_answer",
    "order_respond", "order_complete", "respond_within", "arrive_within", "complete_within",
    "promise", "appointment",
]  # fmt: skip
CALLS: Final = frozenset({"answer", "connect", "abandon", "mean_answer"})
OWN_LIMIT: Final = frozenset({"respond_within", "arrive_within", "complete_within"})
"""Of an order, by a limit of the promise: somebody has taken it on, is there, has done it."""
ORDERS: Final = OWN_LIMIT | {"order_respond", "order_complete"}
WITH_LIMIT: Final = OWN_LIMIT | {"answer", "mean_answer"}
SECONDS_MAX: Final = 366 * 86_400


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Part):
    """What it is about; empty: all."""

    queues: tuple[str, ...] = Field(default=(), max_length=40)
    types: tuple[str, ...] = Field(default=(), max_length=60)
    urgencies: tuple[Urgency, ...] = ()
    promises: tuple[Literal["call", "come", "done"], ...] = ()


class Standard(_Part):
    """One promise. ``limit_s`` None where a limit belongs: its figure is still to be filled in."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    label: LocalizedText
    metric: Metric
    scope: Scope = Scope()
    limit_s: int | None = Field(default=None, ge=1, le=SECONDS_MAX)
    share: float | None = Field(default=None, gt=0, le=1)
    """The part that has to be kept; None: reported without a verdict."""
    per: Literal["month", "day"] = "month"
    """Over what the share is taken; by the day, each day has to keep it."""
    calendar: str = Field(default="", max_length=32)
    """In whose working time the limit counts, of the work orders' calendars; empty: always."""
    clause: str = Field(default="", max_length=200)
    """Where it stands in the document."""

    @property
    def to_fill(self) -> bool:
        """Whether nobody has given its figure yet."""
        return self.metric in WITH_LIMIT and self.limit_s is None


class Profile(_Part):
    """The promises of one document, from a day on."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    source: Literal["law", "city", "company"]
    document: LocalizedText
    since: date
    until: date | None = None
    standards: tuple[Standard, ...] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _forward(self) -> "Profile":
        if self.until is not None and self.until < self.since:
            raise ValueError("the last day is before the first")
        return self

    def counts(self, day: date) -> bool:
        """Whether it was in force on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class ServiceStandards(_Part):
    """All profiles."""

    profiles: tuple[Profile, ...] = Field(max_length=20)


NONE: Final = ServiceStandards(profiles=())


def problems(body: ServiceStandards) -> Sequence[Problem]:
    """Codes used twice, scopes that do not fit the measure, figures still to be filled in."""
    return list(_problems(body))


def _problems(body: ServiceStandards) -> Iterator[Problem]:
    seen: set[str] = set()
    for profile in body.profiles:
        for code in (profile.code, *(f"{profile.code}/{one.code}" for one in profile.standards)):
            if code in seen:
                yield Problem("error", "twice", code, Text("The code is used twice."))
            seen.add(code)
        for one in profile.standards:
            yield from _of_standard(f"{profile.code}/{one.code}", one)


def _of_standard(where: str, one: Standard) -> Iterator[Problem]:
    if one.to_fill:
        words = Text("The figure of this promise is still to be filled in.")
        yield Problem("warning", "to-fill", where, words)
    scope = one.scope
    wrong = (
        (scope.queues and one.metric not in CALLS)
        or ((scope.types or scope.urgencies) and one.metric not in ORDERS)
        or (scope.promises and one.metric != "promise")
    )
    if wrong:
        words = Text("This measure does not know such a scope.")
        yield Problem("error", "scope", where, words)
    if one.calendar and one.metric not in OWN_LIMIT:
        words = Text("Only limits of orders count in working time.")
        yield Problem("error", "calendar", where, words)
