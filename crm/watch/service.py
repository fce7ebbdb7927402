"""Put customers on the watch list and take them off it, each with who, when and why."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, get_args

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers import queries as customers
from crm.customers.merged import SAME_PERSON
from crm.watch.events import WatchAdded, WatchEnded
from crm.watch.models import WatchEntry
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.ids import customer_subject
from mainline.journal import append

What = Literal["tampering", "violation", "theft", "threat", "other"]
WHATS: Final[tuple[What, ...]] = get_args(What)
REASON_CHARS_MAX: Final = 400
STANDING_MAX: Final = 20
LISTED_MAX: Final = 500
_COUNTS: Final = (
    select(WatchEntry)
    .where(
        WatchEntry.ended_at.is_(None),
        or_(WatchEntry.until.is_(None), WatchEntry.until >= bindparam("today")),
    )
    .order_by(WatchEntry.id.desc())
)
_STANDING: Final = _COUNTS.where(WatchEntry.customer_id.in_(SAME_PERSON))


class NoReason(MainlineError):
    """An entry, or its end, without a reason."""

    code = "no-reason"
    status = 422
    words = Text("Say why.")


class WatchOver(MainlineError):
    """The entry was ended already."""

    code = "watch-over"
    words = Text("This entry of the watch list is over already.")


class WatchedEnough(MainlineError):
    """So many entries tell nothing any more."""

    code = "watched-enough"
    words = Text("This customer has as many entries as can be. End one first.")


async def add(
    session: AsyncSession, customer_id: int, *, what: What, reason: str, today: date,
    until: date | None, by: str,
) -> WatchEntry:  # fmt: skip
    """From today on, until the end of that day or until somebody ends it."""
    told = reason.strip()[:REASON_CHARS_MAX]
    if not told:
        raise NoReason
    if until is not None and until < today:
        raise Invalid("until")
    person = (await customers.view(session, customer_id)).customer
    if len(await standing(session, person.id, today)) >= STANDING_MAX:
        raise WatchedEnough
    row = WatchEntry(
        customer_id=person.id, what=what, reason=told, since=today, until=until, added_by=by,
        added_at=now(),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await append(session, WatchAdded(
        subject=customer_subject(person.id), entry_id=row.id, what=what, reason=told, until=until,
        by=by,
    ))  # fmt: skip
    return row


async def end(session: AsyncSession, entry_id: int, *, by: str, why: str) -> WatchEntry:
    """It counts no more; it stays as history."""
    told = why.strip()[:REASON_CHARS_MAX]
    if not told:
        raise NoReason
    wanted = select(WatchEntry).where(WatchEntry.id == entry_id).with_for_update()
    row = await session.scalar(wanted)
    if row is None:
        raise NotFound("watch entry")
    if row.ended_at is not None:
        raise WatchOver
    row.ended_at, row.ended_by, row.ended_why = now(), by, told
    await append(session, WatchEnded(
        subject=customer_subject(row.customer_id), entry_id=row.id, by=by, why=told,
    ))  # fmt: skip
    return row


async def standing(session: AsyncSession, customer_id: int, today: date) -> list[WatchEntry]:
    """What counts today of this customer, and of who was merged into them; the newest first."""
    asked = {"people": [customer_id], "today": today}
    return list(await session.scalars(_STANDING, asked))


async def listed(session: AsyncSession, today: date) -> Sequence[WatchEntry]:
    """Everybody who is watched today, the newest first."""
    return (await session.scalars(_COUNTS.limit(LISTED_MAX), {"today": today})).all()
