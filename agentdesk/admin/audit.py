"""``/admin/audit``: who changed what, when and why; the newest first."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from agentdesk.admin.page import page
from agentdesk.admin.words import action_words
from mainline.audit import queries
from mainline.audit.api import entry_before
from mainline.audit.models import AuditEntry
from mainline.audit.rows import audited_tables
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, allow, cursor

router = APIRouter(
    prefix="/admin/audit", dependencies=[allow(Permission.SEE_AUDIT)], include_in_schema=False
)
LIMIT: Final = 50
VALUE_CHARS_MAX: Final = 300
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$")
Day = Annotated[str, Query(alias="day", pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Word = Annotated[str, Query(max_length=160)]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, and column by column what it changed."""

    entry: AuditEntry
    changes: Sequence[tuple[str, str, str]]


@router.get("")
async def changes(
    request: Request,
    session: ReadSession,
    who: Who,
    settings: Config,
    table: Word = "",
    row: Word = "",
    by: Word = "",
    day: Day = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """The list, and what it can be narrowed to."""
    since, until = _day(day, settings.zone)
    wanted = queries.Filter(table or None, row or None, by or None, since, until)
    found = await queries.find(session, wanted, limit=LIMIT, before=entry_before(after))
    asked: dict[str, Any] = {"table": table, "row": row, "by": by, "day": day}
    more = urlencode({**asked, "after": cursor(found[-1].id)}) if len(found) == LIMIT else ""
    return page(
        request, "audit.html", more=more, tables=sorted(audited_tables()),
        lines=[_line(each, settings.zone, who.sees) for each in found],
        action_words=action_words, **asked,
    )  # fmt: skip


def _day(day: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:  # none was chosen, or there is no such day
        return None, None
    start = datetime.combine(chosen, time.min, tzinfo=zone)
    return start, start + timedelta(days=1)


def _line(entry: AuditEntry, zone: ZoneInfo, sees: Eyes) -> Line:
    told = json.loads(entry.changes)
    old, new = sees.columns(told["old"]), sees.columns(told["new"])
    names = [*old, *(name for name in new if name not in old)]
    return Line(
        entry, [(name, _text(old.get(name), zone), _text(new.get(name), zone)) for name in names]
    )


def _text(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _MOMENT.match(text):
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return text if len(text) <= VALUE_CHARS_MAX else text[:VALUE_CHARS_MAX] + "…"
