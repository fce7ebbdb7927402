"""``/statistics/work-orders``: the figures, their picture, and the orders behind each of them."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.contacts import order_lines
from agentdesk.shell import render
from crm.areas import queries as areas
from crm.catalog import service as catalog
from crm.statistics import reading
from crm.statistics.api import asked, told
from crm.statistics.figures import BY, By, Count, Figures
from crm.statistics.labels import labels
from crm.statistics.period import Period
from crm.statistics.queries import Asked
from crm.statistics.words import BY_WORDS, COUNT_WORDS, RATE_WORDS
from mainline.i18n import _, current_locale
from mainline.permissions import Permission
from mainline.web import ReadSession, allow

router = APIRouter(prefix="/statistics", include_in_schema=False)
_SEE: Final = [allow(Permission.SEE_STATISTICS)]
LIMIT: Final = 200
GLANCE: Final[tuple[Count, ...]] = ("unfinished", "late", "emergency", "paused")
"""What is seen at a glance."""
COLUMNS: Final[tuple[Count, ...]] = ("opened", "unfinished", "late", "paused", "done", "closed")
Which = Annotated[Asked, Depends(asked)]


@router.get("/work-orders", dependencies=_SEE)
async def statistics(
    request: Request, session: ReadSession, which: Which, by: By = "team"
) -> HTMLResponse:
    """By branch, team, person, type, cause or time."""
    read = await reading.read(session, which)
    return render(
        request,
        "statistics/orders.html",
        groups=await told(session, read, by),
        total=await read.total(),
        by=by,
        which=which,
        course=json.dumps(_course(which.period, await read.grouped("time"))),
        tabs=[(one, _(BY_WORDS[one]), _query(which, by=one)) for one in BY],
        behind=lambda key, what: _query(which, by=by, key=key, what=what),
        whole=lambda what: _query(which, what=what),
        table=_query(which, by=by),
        today=_query(replace(which, as_of=None), by=by),
        glance=GLANCE,
        columns=COLUMNS,
        counts=COUNT_WORDS,
        rates=RATE_WORDS,
        **await _choices(session, which.as_of),
    )


@router.get("/work-orders/orders", dependencies=_SEE)
async def behind(
    request: Request,
    session: ReadSession,
    which: Which,
    what: Count,
    by: By | Literal[""] = "",
    key: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """The orders that one figure counts."""
    read = await reading.read(session, which)
    found = await read.behind(by or None, key, what, limit=LIMIT)
    words = await labels(session, by, [key], current_locale(), which.as_of) if by else {}
    return render(
        request,
        "statistics/behind.html",
        lines=await order_lines(session, found, as_of=which.as_of),
        what=_(COUNT_WORDS[what]),
        label=words.get(key, ""),
        by=_(BY_WORDS[by]) if by else "",
        which=which,
        more=len(found) == LIMIT,
        limit=LIMIT,
        back=_query(which, by=by or "team"),
    )


def _query(which: Asked, **more: str) -> str:
    days = {"first": which.period.first.isoformat(), "last": which.period.last.isoformat()}
    as_of = which.as_of.isoformat() if which.as_of else ""
    kept = {"branch": which.branch, "team": which.team, "type": which.type_code, "as_of": as_of}
    return urlencode({**days, **{name: value for name, value in kept.items() if value}, **more})


def _course(period: Period, course: list[Figures]) -> dict[str, Any]:
    """What the picture draws: a moment and three figures for each step."""
    return {
        "time": _(BY_WORDS["time"]),
        "times": [int(begins.timestamp()) for _step, begins in period.moments()],
        "lines": [
            {"label": _(COUNT_WORDS[name]), "values": [getattr(one, name) for one in course]}
            for name in ("opened", "done", "late")
        ],
    }


async def _choices(session: AsyncSession, as_of: datetime | None) -> dict[str, Any]:
    locale = current_locale()
    types = (await catalog.work_order_types(session, as_of=as_of)).body
    branches = await areas.branches(session, as_of)
    chinese = locale == "zh_CN"
    return {
        "branches": [(one.code, one.name_zh if chinese else one.name_en) for one in branches],
        "teams": [(code, name.to(locale)) for code, name in types.teams.items()],
        "types": [(one.code, one.name.to(locale)) for one in types.types],
    }
