"""Ask for an export, decide about somebody else's, fetch the file while it is there."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.exports.events import ExportAsked, ExportDecided, ExportTaken, export_subject
from crm.exports.files import Format, written
from crm.exports.lists import CHUNK, LISTS, Wanted, What
from crm.exports.models import APPROVED, REFUSED, WAITING, DataExport
from crm.privacy import service as privacy
from crm.privacy.service import name_of
from mainline.clock import now
from mainline.errors import Forbidden, MainlineError, NotFound
from mainline.i18n import Text, _
from mainline.journal import append
from mainline.web import Principal

NOTE_CHARS_MAX: Final = 200
Verdict = Literal["approved", "refused"]
_DAY: Final = timedelta(days=1)


class TooLarge(MainlineError):
    """More rows than one file may have."""

    code = "export-too-large"
    words = Text("This would be %(rows)s rows; one export has %(most)s at most. Narrow it down.")


class TooManyExports(MainlineError):
    """More exports in a day than the company allows."""

    code = "too-many-exports"
    status = 429
    words = Text("You have asked for as many exports as are allowed in a day.")


class NoReason(MainlineError):
    """An export without a reason."""

    code = "no-reason"
    status = 422
    words = Text("Say what the export is for.")


class OwnExport(MainlineError):
    """The second person must be another one."""

    code = "own-export"
    status = 403
    words = Text("Somebody else has to approve your export.")


class NotApproved(MainlineError):
    """Nobody has approved it."""

    code = "export-not-approved"
    words = Text("This export has not been approved.")


class Decided(MainlineError):
    """Somebody was faster."""

    code = "export-decided"
    words = Text("This export has been decided about already.")


class Expired(MainlineError):
    """Its time is over."""

    code = "export-expired"
    status = 410
    words = Text("This export has expired. Ask for it again.")


async def ask(
    session: AsyncSession, who: Principal, what: What, wanted: Wanted, *, reason: str
) -> DataExport:
    """A small one is there at once; above the company's limit a second person decides."""
    known, told, at = (await privacy.rules(session)).exports, reason.strip(), now()
    if not who.may(LISTS[what].permission):
        raise Forbidden
    if not told:
        raise NoReason
    await _few_enough(session, who, known.a_day, at - _DAY)
    ids = LISTS[what].ids(wanted).order_by(None).subquery()
    rows = await session.scalar(select(func.count()).select_from(ids)) or 0
    if rows > known.rows_max:
        raise TooLarge(rows=rows, most=known.rows_max)
    alone = rows <= known.alone_rows
    row = DataExport(
        number=secrets.token_hex(8), what=what, wanted=_kept(wanted), rows=rows,
        reason=told[:NOTE_CHARS_MAX],
        state=APPROVED if alone else WAITING, asked_by=name_of(who), asked_by_id=who.user_id,
        asked_at=at, expires_at=at + timedelta(hours=known.hours),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    row.number = f"EX-{row.id:06d}"
    await append(session, ExportAsked(
        subject=export_subject(row.number), by=row.asked_by, what=what, rows=rows,
        reason=row.reason, alone=alone,
    ))  # fmt: skip
    return row


def _kept(wanted: Wanted) -> dict[str, Any]:
    return {
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "customer_class": wanted.customer_class,
    }


def _wanted(kept: Mapping[str, Any]) -> Wanted:
    since, until = kept["since"], kept["until"]
    return Wanted(
        datetime.fromisoformat(since) if since else None,
        datetime.fromisoformat(until) if until else None,
        kept["customer_class"],
    )


async def _few_enough(session: AsyncSession, who: Principal, most: int, since: datetime) -> None:
    mine = (DataExport.asked_by == name_of(who), DataExport.asked_at > since)
    done = await session.scalar(select(func.count()).select_from(DataExport).where(*mine)) or 0
    if done >= most:
        raise TooManyExports


async def decide(
    session: AsyncSession, who: Principal, number: str, verdict: Verdict, *, note: str = ""
) -> DataExport:
    """The second person says yes or no; never who asked."""
    row, at = await _row(session, number, lock=True), now()
    if _is_mine(row, who):
        raise OwnExport
    if row.state != WAITING:
        raise Decided
    if row.expires_at <= at:
        raise Expired
    row.state = APPROVED if verdict == "approved" else REFUSED
    row.decided_by, row.decided_at, row.note = name_of(who), at, note.strip()[:NOTE_CHARS_MAX]
    row.expires_at = at + timedelta(hours=(await privacy.rules(session)).exports.hours)
    await append(session, ExportDecided(
        subject=export_subject(number), by=row.decided_by, verdict=verdict, note=row.note,
        expires_at=row.expires_at,
    ))  # fmt: skip
    return row


async def take(
    session: AsyncSession, who: Principal, number: str, form: Format, *, zone: ZoneInfo
) -> bytes:
    """The file for who asked for it: masked as their role is, marked with who, when and number."""
    row, at = await _row(session, number, lock=True), now()
    if not _is_mine(row, who):
        raise NotFound("export")
    if row.state != APPROVED:
        raise NotApproved
    if row.expires_at <= at:
        raise Expired
    mark = watermark(row, at, zone)
    table = await _rows(session, row, who, zone)
    row.taken += 1
    await append(session, ExportTaken(
        subject=export_subject(number), by=name_of(who), format=form, rows=len(table),
        masked=not (who.sees.numbers and who.sees.names and who.sees.addresses),
    ))  # fmt: skip
    head = [*(_(words) for words in LISTS[cast(What, row.what)].head), _("Watermark")]
    return written(form, head, table, mark)


def watermark(row: DataExport, at: datetime, zone: ZoneInfo) -> str:
    """``EX-000012 · 8000 · 2026-11-23 10:00``."""
    return f"{row.number} · {row.asked_by} · {at.astimezone(zone):%Y-%m-%d %H:%M}"


async def _rows(
    session: AsyncSession, row: DataExport, who: Principal, zone: ZoneInfo
) -> list[list[str]]:
    """Never more than were approved."""
    wanted = LISTS[cast(What, row.what)]
    chosen = await session.scalars(wanted.ids(_wanted(row.wanted)).limit(row.rows))
    ids, found = chosen.all(), []
    for place in range(0, len(ids), CHUNK):
        found += await wanted.rows(session, ids[place : place + CHUNK], who.sees, zone)
    return found


def _is_mine(row: DataExport, who: Principal) -> bool:
    return row.asked_by_id == who.user_id and row.asked_by == name_of(who)


async def _row(session: AsyncSession, number: str, *, lock: bool = False) -> DataExport:
    found = select(DataExport).where(DataExport.number == number)
    row = await session.scalar(found.with_for_update() if lock else found)
    if row is None:
        raise NotFound("export")
    return row


async def listed(session: AsyncSession, who: Principal, *, all_of_them: bool) -> list[DataExport]:
    """One's own, and for who decides those of others; the newest first."""
    found = select(DataExport).order_by(DataExport.id.desc()).limit(100)
    if not all_of_them:
        found = found.where(DataExport.asked_by == name_of(who))
    return list(await session.scalars(found))
