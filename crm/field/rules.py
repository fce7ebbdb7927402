"""What the company asks of its people in the field: words to choose from, limits. Pure."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from crm.catalog import calendars
from crm.catalog.calendars import Shift, Week, WorkCalendar
from mainline.definitions import Problem
from mainline.errors import Invalid
from mainline.i18n import Text
from mainline.text import LocalizedText

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
AttachmentKind = Literal["photo", "signature", "sound", "video"]
MEGABYTE: Final = 1_000_000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Word(_Part):
    """Something to choose. Without types it is for orders of every type."""

    code: Code
    label: LocalizedText
    types: tuple[Code, ...] = Field(default=(), max_length=100)

    def fits(self, type_code: str) -> bool:
        """Whether orders of this type know it."""
        return not self.types or type_code in self.types


class Measure(_Word):
    """A measured value: beyond ``least`` and ``most`` it is a mistake, beyond the rest unusual."""

    unit: str = Field(default="", max_length=12)
    least: float = -1_000_000
    most: float = 1_000_000
    low: float | None = None
    high: float | None = None

    def usual(self, value: float) -> bool:
        """Whether it is as it should be."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return low <= value <= high


class Material(_Word):
    """Something that is used up."""

    unit: LocalizedText
    most: float = Field(default=1000, gt=0)


class Check(_Word):
    """A thing to be done on the spot, ticked off one after the other."""


class Attachments(_Part):
    """How much may be brought home."""

    photo_edge: int = Field(default=1600, ge=320, le=4096)
    """Pixels of the longer side after the browser has made it smaller."""
    photo_bytes: int = Field(default=MEGABYTE, ge=50_000, le=5 * MEGABYTE)
    signature_bytes: int = Field(default=200_000, ge=10_000, le=MEGABYTE)
    sound_bytes: int = Field(default=2 * MEGABYTE, ge=50_000, le=10 * MEGABYTE)
    sound_s: int = Field(default=120, ge=5, le=600)
    video_bytes: int = Field(default=12 * MEGABYTE, ge=100_000, le=40 * MEGABYTE)
    video_s: int = Field(default=20, ge=3, le=120)
    an_order: int = Field(default=30, ge=1, le=200)

    def bytes_of(self, kind: AttachmentKind) -> int:
        """How large one may be."""
        sizes: Mapping[AttachmentKind, int] = {
            "photo": self.photo_bytes, "signature": self.signature_bytes,
            "sound": self.sound_bytes, "video": self.video_bytes,
        }  # fmt: skip
        return sizes[kind]


DAYTIME: Final = WorkCalendar(
    label=LocalizedText(zh="白天", en="Daytime"),
    week=(Week(weekdays=(1, 2, 3, 4, 5, 6, 7), shifts=(Shift(begins="08:00", ends="20:00"),)),),
)


class Positions(_Part):
    """When it may be known where somebody is, and for how long."""

    calendar: WorkCalendar = DAYTIME
    every_s: int = Field(default=60, ge=15, le=3600)
    stale_min: int = Field(default=15, ge=1, le=1440)
    """Older ones say little about where somebody is now."""
    keep_days: int = Field(default=30, ge=1, le=400)


class FieldRules(_Part):
    """Everything of it."""

    dispatch_number: str = Field(default="", pattern=r"^(\+?[0-9]{3,20})?$")
    """What somebody in the field dials to reach dispatch; empty: the page offers no call."""
    causes: tuple[_Word, ...] = Field(default=(), max_length=200)
    results: tuple[_Word, ...] = Field(default=(), max_length=50)
    checks: tuple[Check, ...] = Field(default=(), max_length=200)
    measures: tuple[Measure, ...] = Field(default=(), max_length=100)
    materials: tuple[Material, ...] = Field(default=(), max_length=500)
    attachments: Attachments = Attachments()
    positions: Positions = Positions()


PLAIN: Final = FieldRules()
"""Where the company has none of its own."""


class Report(BaseModel):
    """What somebody found, did and used up on the spot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: Code | None = None
    result: Code | None = None
    checks: tuple[Code, ...] = Field(default=(), max_length=60)
    measures: dict[Code, float] = Field(default_factory=dict, max_length=40)
    materials: dict[Code, float] = Field(default_factory=dict, max_length=60)

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not any((self.cause, self.result, self.checks, self.measures, self.materials))


class ReportRefused(Invalid):
    """Something in it cannot be."""

    code = "report-refused"
    words = Text("Please check: %(what)s")


def check(rules: FieldRules, type_code: str, report: Report) -> None:
    """Refuse what orders of this type do not know, and what cannot have been measured."""
    _known(rules.causes, type_code, [report.cause] if report.cause else ())
    _known(rules.results, type_code, [report.result] if report.result else ())
    _known(rules.checks, type_code, report.checks)
    _known(rules.measures, type_code, report.measures)
    _known(rules.materials, type_code, report.materials)
    for measure in rules.measures:
        _within(measure.label, report.measures.get(measure.code), measure.least, measure.most)
    for material in rules.materials:
        _within(material.label, report.materials.get(material.code), 0, material.most)


def _known(words: Sequence[_Word], type_code: str, codes: Collection[str]) -> None:
    fitting = {word.code for word in words if word.fits(type_code)}
    for code in codes:
        if code not in fitting:
            raise ReportRefused(code, what=code)


def _within(label: LocalizedText, value: float | None, least: float, most: float) -> None:
    if value is not None and not (math.isfinite(value) and least <= value <= most):
        raise ReportRefused(what=label)


def told(rules: FieldRules, report: Report) -> str:
    """The report as a line of the order's history, in the company's first language."""
    parts = [
        *_labels(rules.causes, [report.cause] if report.cause else ()),
        *_labels(rules.checks, report.checks),
        *(
            f"{one.label.zh} {report.measures[one.code]:g}{one.unit}"
            for one in rules.measures
            if one.code in report.measures
        ),
        *(
            f"{one.label.zh} ×{report.materials[one.code]:g}{one.unit.zh}"
            for one in rules.materials
            if one.code in report.materials
        ),
        *_labels(rules.results, [report.result] if report.result else ()),
    ]
    return "；".join(parts)


def _labels(words: Sequence[_Word], codes: Collection[str]) -> list[str]:
    return [word.label.zh for word in words if word.code in codes]


def unusual(rules: FieldRules, report: Report) -> list[str]:
    """Codes of measured values that are not as they should be."""
    return [
        one.code
        for one in rules.measures
        if one.code in report.measures and not one.usual(report.measures[one.code])
    ]


def working(rules: FieldRules, at: datetime, zone: ZoneInfo) -> bool:
    """Whether people work then: only in that time a position may be known."""
    found = next(calendars.spans(rules.positions.calendar, at, zone), None)
    return found is not None and found[0] <= at < found[1]


def for_type(rules: FieldRules, type_code: str) -> dict[str, list[dict[str, Any]]]:
    """What orders of this type can be told with, for the field page."""
    lists: Mapping[str, Sequence[_Word]] = {
        "causes": rules.causes, "results": rules.results, "checks": rules.checks,
        "measures": rules.measures, "materials": rules.materials,
    }  # fmt: skip
    return {
        name: [word.model_dump(exclude={"types"}) for word in words if word.fits(type_code)]
        for name, words in lists.items()
    }


def problems(body: FieldRules) -> Iterator[Problem]:
    """Codes used twice, limits the wrong way round, calendars in which nobody works."""
    lists = (body.causes, body.results, body.checks, body.measures, body.materials)
    for words in lists:
        codes = [word.code for word in words]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield Problem("error", "twice", code, Text("The code is used twice."))
    for one in body.measures:
        ends = [one.least, *(end for end in (one.low, one.high) if end is not None), one.most]
        if ends != sorted(ends):
            yield Problem("error", "limits", one.code, Text("The limits are the wrong way round."))
    yield from calendars.problems("positions", body.positions.calendar)
