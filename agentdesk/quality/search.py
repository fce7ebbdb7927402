"""Finding calls by any of their facts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers import queries as customers
from crm.customers.merged import same_person
from crm.interactions.models import Interaction
from mainline.phone import TAIL, normalise, spellings

LIMIT: Final = 50
_TAIL_MAX: Final = 7
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls; an empty field asks for nothing in particular."""

    caller: str = ""
    """A number or its last digits, a customer's name or account, or the call's own id."""
    agent: str = ""
    queue: str = ""
    outcome: str = ""
    reason: str = ""
    since: date | None = None
    until: date | None = None
    """Inclusive."""
    customer_id: int | None = None


async def search(
    session: AsyncSession, wanted: Wanted, *, zone: ZoneInfo, area_code: str,
    heard: bool = False, after: Place | None = None, limit: int = LIMIT,
) -> list[Interaction]:  # fmt: skip
    """Newest first; ``heard``: only those with a recording."""
    statement = select(Interaction).where(*_plain(wanted, zone))
    if wanted.reason:
        statement = statement.where(Interaction.reason.in_(await _reasons(session, wanted.reason)))
    if wanted.caller.strip():
        statement = statement.where(await _caller(session, wanted.caller.strip(), area_code))
    if heard:
        statement = statement.where(Interaction.recording_id.is_not(None))
    return await _page(session, statement, after, limit)


async def _page(
    session: AsyncSession, statement: Select[Interaction], after: Place | None, limit: int
) -> list[Interaction]:
    if after is not None:
        statement = statement.where(tuple_(Interaction.began_at, Interaction.id) < after)
    order = (Interaction.began_at.desc(), Interaction.id.desc())
    return list(await session.scalars(statement.order_by(*order).limit(limit)))


def _plain(wanted: Wanted, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Interaction.agent, wanted.agent),
        (Interaction.queue, wanted.queue),
        (Interaction.outcome, wanted.outcome),
    ):
        if value:
            found.append(column == value)
    if wanted.customer_id is not None:
        found.append(Interaction.customer_id.in_(same_person([wanted.customer_id])))
    if wanted.since:
        found.append(Interaction.began_at >= _midnight(wanted.since, zone))
    if wanted.until:
        found.append(Interaction.began_at < _midnight(wanted.until + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


async def _reasons(session: AsyncSession, begins: str) -> list[str]:
    """Reasons ever noted that begin so: a step of the index for each of them, none for a call."""
    first = select(func.min(Interaction.reason).label("reason")).cte("noted", recursive=True)
    after = select(func.min(Interaction.reason)).where(Interaction.reason > first.c.reason)
    noted = first.union_all(select(after.scalar_subquery()).where(first.c.reason.is_not(None)))
    known = await session.scalars(select(noted.c.reason).where(noted.c.reason.is_not(None)))
    return [each for each in known if each.lower().startswith(begins.lower())]


async def _caller(session: AsyncSession, text: str, area_code: str) -> ColumnElement[bool]:
    """Whoever the text may mean: a call, a number, the end of one, customers."""
    ways: list[ColumnElement[bool]] = [Interaction.id == text]
    phone = normalise(text, area_code=area_code).number
    if phone is not None:
        ways.append(Interaction.ani.in_(spellings(phone, area_code=area_code)))
    if text.isdecimal() and text.isascii() and len(text) <= _TAIL_MAX:
        ways.append(_ending(text))
    people = await customers.found(session, text, limit=LIMIT, area_code=area_code)
    if people:
        ways.append(Interaction.customer_id.in_(people))
    return or_(*ways)


def _ending(digits: str) -> ColumnElement[bool]:
    """Numbers that end so: by the index of their last figures, where enough were told."""
    if len(digits) < TAIL:
        return Interaction.ani_tail.endswith(digits, autoescape=True)
    return (Interaction.ani_tail == digits[-TAIL:]) & Interaction.ani.endswith(digits)
