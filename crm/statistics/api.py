"""``/api/statistics/work-orders``: the figures as JSON and as a table for a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from crm.statistics import reading
from crm.statistics.figures import COUNTS, By, Figures
from crm.statistics.labels import labels
from crm.statistics.past import Past
from crm.statistics.period import EARLIEST, LATEST, Period
from crm.statistics.queries import Asked
from crm.statistics.reading import Present
from crm.statistics.words import BY_WORDS, COUNT_WORDS, RATE_WORDS
from mainline.clock import now
from mainline.errors import Invalid
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, allow

router = APIRouter(prefix="/statistics", tags=["work orders"])
_SEE: Final = [allow(Permission.SEE_STATISTICS)]
USUAL_DAYS: Final = 30
_BOM: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Moment = Annotated[datetime | None, BeforeValidator(lambda given: given or None)]
"""A form sends nothing as an empty text."""
Code = Annotated[str, Query(max_length=32)]


class GroupRead(BaseModel):
    """The figures of one group."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str = ""
    opened: int
    unfinished: int
    late: int
    emergency: int
    paused: int
    done: int
    done_on_time: int
    answered: int
    answered_on_time: int
    arrived: int
    arrived_on_time: int
    closed: int
    on_time_percent: float | None
    answered_percent: float | None
    arrived_percent: float | None


class StatisticsRead(BaseModel):
    """All groups, and all of them together."""

    by: By
    first: date
    last: date
    as_of: AwareDatetime | None
    """None: as it stands."""
    total: GroupRead
    groups: list[GroupRead]


async def asked(
    config: Config,
    first: date | None = None,
    last: date | None = None,
    branch: Code = "",
    team: Code = "",
    type: Code = "",  # noqa: A002 - the name people use
    as_of: Moment = None,
) -> Asked:
    """Which orders; without days, the last thirty. ``as_of``: as they stood at that moment."""
    moment = past_moment(as_of, config.zone)
    until = last or (moment or now()).astimezone(config.zone).date()
    since = first or max(until, EARLIEST + timedelta(USUAL_DAYS)) - timedelta(USUAL_DAYS - 1)
    return Asked(Period(since, until, config.zone), branch, team, type, moment)


def past_moment(given: datetime | None, zone: ZoneInfo) -> datetime | None:
    """By the company's clock, unless it says by which; what is still to come has no past."""
    if given is None:
        return None
    if not EARLIEST.year <= given.year <= LATEST.year:
        raise Invalid("as_of")
    moment = given if given.tzinfo else given.replace(tzinfo=zone)
    if moment > now():
        raise Invalid("as_of")
    return moment.astimezone(UTC)


Which = Annotated[Asked, Depends(asked)]


@router.get("/work-orders", dependencies=_SEE)
async def read_statistics(session: ReadSession, which: Which, by: By = "team") -> StatisticsRead:
    """How orders that were opened in these days are done, by group."""
    read = await reading.read(session, which)
    groups = [group(figures, words) for figures, words in await told(session, read, by)]
    period, total = which.period, GroupRead.model_validate(await read.total())
    return StatisticsRead(
        by=by, first=period.first, last=period.last, as_of=which.as_of, total=total, groups=groups
    )


@router.get("/work-orders.csv", dependencies=_SEE, response_class=Response)
async def download_statistics(session: ReadSession, which: Which, by: By = "team") -> Response:
    """The same as a table."""
    rows = await told(session, await reading.read(session, which), by)
    name = f"work-orders-{by}-{which.period.first}-{which.period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(table(by, rows), media_type="text/csv; charset=utf-8", headers=headers)


async def told(session: AsyncSession, read: Present | Past, by: By) -> list[tuple[Figures, str]]:
    """Each group with its label, as it was called at the moment that is asked for."""
    found = await read.grouped(by)
    keys = [one.key for one in found]
    words = await labels(session, by, keys, current_locale(), read.asked.as_of)
    return [(one, words[one.key]) for one in found]


def group(figures: Figures, label: str) -> GroupRead:
    """A group as it is told."""
    return GroupRead.model_validate(figures).model_copy(update={"label": label})


def table(by: By, rows: list[tuple[Figures, str]]) -> str:
    """Rows for a spreadsheet, which takes no name for a formula."""
    locale, out = current_locale(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            BY_WORDS[by].to(locale),
            *(COUNT_WORDS[name].to(locale) for name in COUNTS),
            *(words.to(locale) for words in RATE_WORDS.values()),
        ]
    )
    for figures, label in rows:
        counts = [getattr(figures, name) for name in COUNTS]
        rates = [getattr(figures, name) for name in RATE_WORDS]
        writer.writerow([_plain(label), *counts, *("" if rate is None else rate for rate in rates)])
    return _BOM + out.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
