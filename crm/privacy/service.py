"""Look behind a mask for a reason; write down what is read; refuse what is too much."""

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.privacy.events import RecordUnmasked
from crm.privacy.kinds import FILE, PRIVACY
from crm.privacy.models import DataReading, ReadingHour, Unmasking
from crm.privacy.rules import OTHER, PrivacyRules
from mainline import definitions
from mainline.clock import now
from mainline.db.upsert import insert_for
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.journal import append
from mainline.masking import OPEN_EYES, Eyes
from mainline.permissions import Permission
from mainline.web import Principal

WORDS_CHARS_MAX: Final = 200
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
_UNMASKED: Final = select(func.max(Unmasking.until)).where(
    Unmasking.subject == bindparam("subject"), Unmasking.until > bindparam("at"),
    Unmasking.by == bindparam("by"),
)  # fmt: skip
_GRANTED: Final = _UNMASKED.where(Unmasking.user_id == bindparam("user"))
_TO_PROGRAM: Final = _UNMASKED.where(Unmasking.user_id.is_(None))
_OPENED: Final = (
    select(DataReading.id)
    .where(
        DataReading.reader == bindparam("reader"), DataReading.at > bindparam("since"),
        DataReading.subject == bindparam("subject"),
    )
    .limit(1)
)  # fmt: skip


class NoReason(MainlineError):
    """Neither from the list nor in words of one's own."""

    code = "no-reason"
    status = 422
    words = Text("Choose a reason, or write one in your own words.")


class TooManyUnmaskings(MainlineError):
    """More records were unmasked within the hour than the company allows."""

    code = "too-many-unmaskings"
    status = 429
    words = Text("You have unmasked as many records as are allowed in an hour.")


class TooManySearches(MainlineError):
    """Faster than a person asks, or trying numbers out."""

    code = "too-many-searches"
    status = 429
    words = Text("Too many searches in a short time. Please wait a little.")


class TooMuchRead(MainlineError):
    """The lists of the hour hold as many customers as the company allows."""

    code = "too-much-read"
    status = 429
    words = Text("You have listed as many customers as are allowed in an hour.")


async def rules(session: AsyncSession) -> PrivacyRules:
    """What is allowed now."""
    return await definitions.rules(session, PRIVACY, PrivacyRules())


def name_of(who: Principal) -> str:
    """How this person stands in facts: agents by their number."""
    return who.agent_number or who.name


def reader_of(who: Principal) -> str:
    """How this person stands in the log of readings."""
    return f"agent:{who.agent_number}" if who.agent_number else f"staff:{who.name}"[:64]


# --- masks -------------------------------------------------------------------------------------


async def unmask(
    session: AsyncSession, who: Principal, subject: str, *, reason: str, words: str = ""
) -> Unmasking:
    """Take the masks off this record, for this person, for a short time; with who, when and why."""
    known, told, at = await rules(session), words.strip()[:WORDS_CHARS_MAX], now()
    if reason == OTHER and not told:
        raise NoReason
    if reason != OTHER and reason not in {one.code for one in known.reasons}:
        raise NoReason
    await _few_enough(session, who, known, at - HOUR)
    row = Unmasking(
        user_id=who.user_id, by=name_of(who), subject=subject, reason=reason, words=told, at=at,
        until=at + timedelta(minutes=known.unmask_minutes),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await append(session, RecordUnmasked(
        subject=subject, by=row.by, reason=reason, words=told, until=row.until,
    ))  # fmt: skip
    return row


async def _few_enough(
    session: AsyncSession, who: Principal, known: PrivacyRules, since: datetime
) -> None:
    mine = (Unmasking.by == name_of(who), Unmasking.at > since)
    done = await session.scalar(select(func.count()).select_from(Unmasking).where(*mine)) or 0
    if done >= known.unmask_an_hour:
        raise TooManyUnmaskings


async def eyes(session: AsyncSession, who: Principal, subject: str) -> Eyes:
    """What this person sees of a record: all of it while it is unmasked."""
    return eyes_until(who, await granted(session, who, subject))


def eyes_until(who: Principal, until: datetime | None) -> Eyes:
    """``until``: how long the record is unmasked for this person, None when it is not."""
    return who.sees if until is None else OPEN_EYES


async def granted(session: AsyncSession, who: Principal, subject: str) -> datetime | None:
    """Until when this record is unmasked for this person; None when it is not."""
    asked = {"subject": subject, "at": now(), "by": name_of(who), "user": who.user_id}
    until: datetime | None = await session.scalar(_GRANTED if who.user_id else _TO_PROGRAM, asked)
    return until


# --- readings ----------------------------------------------------------------------------------


async def note_opened(session: AsyncSession, who: Principal, subject: str) -> None:
    """A record was opened; within the hour it counts once."""
    reader, at = reader_of(who), now()
    asked = {"reader": reader, "since": at - HOUR, "subject": subject}
    if await session.scalar(_OPENED, asked) is not None:
        return
    session.add(DataReading(reader=reader, kind="opened", subject=subject, rows=0, at=at))
    await _tally(session, reader, opened=1)


async def begin_search(session: AsyncSession, who: Principal, *, guess: bool) -> DataReading:
    """Write the search down before it is made; refused when it is one too many."""
    reader, at = reader_of(who), now()
    if not who.may(Permission.READ_IN_BULK):
        await _slow_enough(session, reader, guess=guess)
    row = DataReading(reader=reader, kind="guess" if guess else "search", subject="", rows=0, at=at)
    session.add(row)
    await session.flush()
    return row


async def _slow_enough(session: AsyncSession, reader: str, *, guess: bool) -> None:
    known, at = await rules(session), now()
    mine = select(func.count(), func.coalesce(func.sum(DataReading.rows), 0)).where(
        DataReading.reader == reader
    )
    asked = mine.where(DataReading.kind != "opened")
    ((of_minute, _rows),) = await session.execute(asked.where(DataReading.at > at - MINUTE))
    ((_asked, rows),) = await session.execute(asked.where(DataReading.at > at - HOUR))
    guessed = mine.where(DataReading.kind == "guess", DataReading.at > at - HOUR)
    ((guesses, _some),) = await session.execute(guessed)
    if of_minute >= known.searches_a_minute or (guess and guesses >= known.guesses_an_hour):
        raise TooManySearches
    if rows >= known.rows_an_hour:
        raise TooMuchRead


async def note_listed(session: AsyncSession, who: Principal, search_id: int, rows: int) -> None:
    """So many customers were listed by that search."""
    found = await session.get(DataReading, search_id)
    if found is None or found.reader != reader_of(who):
        raise Invalid("search")
    found.rows = rows
    await _tally(session, found.reader, rows=rows)


async def _tally(session: AsyncSession, reader: str, *, opened: int = 0, rows: int = 0) -> None:
    at = now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    connection = await session.connection()
    told = {"hour": hour, "reader": reader, "opened": opened, "rows": rows, "created_at": at}
    await connection.execute(_counted(connection.dialect.name), told)


@lru_cache
def _counted(dialect: str) -> Executable:
    row = insert_for(ReadingHour, dialect)
    more = {name: ReadingHour.__table__.c[name] + row.excluded[name] for name in ("opened", "rows")}
    return row.on_conflict_do_update(index_elements=["hour", "reader"], set_=more)


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    await definitions.install_file(session, PRIVACY.name, pack_dir / FILE)
