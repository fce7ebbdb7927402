"""``/api/standards``: the promises of service, and the month with its evidence."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel

from crm.standards.judging import Case, Result
from crm.standards.report import Report, Row, month_of, report, standards_at
from crm.standards.rules import ServiceStandards
from crm.statistics.api import Moment, past_moment
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, allow

router = APIRouter(
    prefix="/standards", tags=["standards"], dependencies=[allow(Permission.SEE_BOARD)]
)
Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$")]
MISSES_MAX: Final = 500
BOM: Final = "\ufeff"
"""Excel reads UTF-8 only with it."""


class MissRead(BaseModel):
    """One case that missed it."""

    kind: Literal["call", "order", "promise"]
    reference: str
    about: str
    began_at: AwareDatetime
    due_at: AwareDatetime | None
    done_at: AwareDatetime | None
    over_s: float

    @classmethod
    def of(cls, case: Case) -> "MissRead":
        """As it was judged."""
        return cls(
            kind=case.kind, reference=case.reference, about=case.about, began_at=case.began_at,
            due_at=case.due_at, done_at=case.done_at, over_s=round(case.over_s, 1),
        )  # fmt: skip


class DayRead(BaseModel):
    """A day of a promise that is kept by the day."""

    day: date
    kept: int
    missed: int
    met: bool


class RowRead(BaseModel):
    """One promise in the month. ``to_fill``: its figure is not known yet, nothing is counted."""

    profile: str
    source: str
    code: str
    metric: str
    limit_s: int | None
    promised_share: float | None
    to_fill: bool
    number: int = 0
    kept: int = 0
    missed: int = 0
    running: int = 0
    share: float | None = None
    value_s: float | None = None
    met: bool | None = None
    days: list[DayRead] = []
    misses: list[MissRead] = []
    """The first five hundred; the CSV has all."""

    @classmethod
    def of(cls, row: Row) -> "RowRead":
        """As it was counted."""
        told = cls(
            profile=row.profile.code, source=row.profile.source, code=row.standard.code,
            metric=row.standard.metric, limit_s=row.standard.limit_s,
            promised_share=row.standard.share, to_fill=row.result is None,
        )  # fmt: skip
        found = row.result
        if found is None:
            return told
        days = [DayRead(day=d.day, kept=d.kept, missed=d.missed, met=d.met) for d in found.days]
        return told.model_copy(update={
            "number": found.number, "kept": found.kept, "missed": found.missed,
            "running": found.running, "share": found.share, "value_s": found.value_s,
            "met": found.met, "days": days,
            "misses": [MissRead.of(case) for case in found.misses[:MISSES_MAX]],
        })  # fmt: skip


class ReportRead(BaseModel):
    """A month as of a moment."""

    month: str
    at: AwareDatetime
    version: int
    rows: list[RowRead]


@router.get("")
async def read_standards(session: ReadSession) -> ServiceStandards:
    """The profiles in force."""
    return (await standards_at(session, now()))[1]


@router.get("/report")
async def read_report(
    session: ReadSession, config: Config, month: Month, as_of: Moment = None
) -> ReportRead:
    """Every promise with number, share kept and the first misses; ``as_of``: as it stood then."""
    found = await report(session, month_of(month), config.zone, past_moment(as_of, config.zone))
    rows = [RowRead.of(row) for row in found.rows]
    return ReportRead(month=month, at=found.at, version=found.version, rows=rows)


@router.get("/report.csv", response_class=Response)
async def read_csv(
    session: ReadSession, config: Config, month: Month, as_of: Moment = None
) -> Response:
    """The same as a file, with every single miss."""
    found = await report(session, month_of(month), config.zone, past_moment(as_of, config.zone))
    headers = {"Content-Disposition": f'attachment; filename="standards-{month}.csv"'}
    text = BOM + "".join(lines(found, config.zone))
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


HEAD: Final = (
    "line", "profile", "standard", "metric", "limit_s", "promised_share", "number", "kept",
    "missed", "running", "share", "mean_s", "met", "reference", "about", "began_at", "due_at",
    "done_at", "over_s",
)  # fmt: skip


def lines(found: Report, zone: ZoneInfo) -> Iterator[str]:
    """CSV: a line for each promise, and one for each miss below it."""
    yield _line(HEAD)
    for row in found.rows:
        mine = (row.profile.code, row.standard.code, row.standard.metric)
        limits = (row.standard.limit_s, row.standard.share)
        if row.result is None:
            yield _line(("to_fill", *mine, *limits))
            continue
        yield _line(("sum", *mine, *limits, *_sums(row.result)))
        for case in row.result.misses:
            yield _line(("miss", *mine, *[""] * 9, *_evidence(case, zone)))


def _sums(found: Result) -> tuple[object, ...]:
    share = None if found.share is None else round(found.share, 4)
    mean = None if found.value_s is None else round(found.value_s, 1)
    return found.number, found.kept, found.missed, found.running, share, mean, found.met


def _evidence(case: Case, zone: ZoneInfo) -> tuple[object, ...]:
    times = [_local(moment, zone) for moment in (case.began_at, case.due_at, case.done_at)]
    return case.reference, case.about, *times, round(case.over_s, 1)


def _line(cells: tuple[object, ...]) -> str:
    file = StringIO()
    filled = (*cells, *[""] * (len(HEAD) - len(cells)))
    csv.writer(file).writerow("" if cell is None else cell for cell in filled)
    return file.getvalue()


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
