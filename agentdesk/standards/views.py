"""``/standards``: the month, promise by promise, with the evidence for every miss."""

from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from agentdesk.panels.labels import labels_of
from agentdesk.panels.service import SOURCES, length, link, target
from agentdesk.shell import render
from crm.standards.report import Report, Row, before, following, month_of, report
from crm.standards.rules import Profile
from crm.statistics.api import Moment, past_moment
from mainline.clock import now
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, allow

router = APIRouter(
    prefix="/standards", include_in_schema=False, dependencies=[allow(Permission.SEE_BOARD)]
)
SHOWN_MAX: Final = 200
"""So many misses of one promise stand on the page; the file has all."""


@router.get("")
async def month(
    request: Request, session: ReadSession, config: Config,
    month: Annotated[str, Query(max_length=7)] = "", as_of: Moment = None,
) -> HTMLResponse:  # fmt: skip
    """The report of a month; without one, of the present one. ``as_of``: as it stood then."""
    moment = past_moment(as_of, config.zone)
    first = month_of(month or now().astimezone(config.zone).strftime("%Y-%m"))
    found = await report(session, first, config.zone, moment)
    return render(
        request, "standards/month.html",
        found=found, groups=_groups(found), month=first, before=before(first),
        after=following(first), as_of=moment,
        sources=SOURCES, target=target, length=length, link=link, shown_max=SHOWN_MAX,
        labels=await labels_of(session, moment), locale_now=current_locale(),
    )  # fmt: skip


def _groups(found: Report) -> list[tuple[Profile, list[Row]]]:
    """The promises of each document together."""
    by_document = groupby(found.rows, key=lambda row: row.profile)
    return [(profile, list(rows)) for profile, rows in by_document]
