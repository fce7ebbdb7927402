"""Publish a bulletin, read it, withdraw it; who has not read it yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.bulletins.events import (
    BulletinPublished,
    BulletinRead,
    BulletinWithdrawn,
    bulletin_subject,
)
from crm.bulletins.models import Bulletin, BulletinReceipt
from crm.staff import composing
from mainline.clock import now
from mainline.db.upsert import insert_into
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append, in_turn
from mainline.permissions import Permission
from mainline.web import Principal

What = Literal["bulletin", "conditions"]
TITLE_CHARS_MAX: Final = 100
TEXT_CHARS_MAX: Final = 4000
SHOWN_MAX: Final = 100
LONGEST: Final = timedelta(days=3660)


class BulletinOver(MainlineError):
    """It was withdrawn, or its time is over."""

    code = "bulletin-over"
    words = Text("This bulletin counts no more.")


class NothingSaid(MainlineError):
    """A bulletin without title or text."""

    code = "nothing-said"
    status = 422
    words = Text("Write a title and a text.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A bulletin for one reader; ``read_at`` None: not read yet."""

    bulletin: Bulletin
    read_at: datetime | None


async def publish(
    session: AsyncSession, *, what: What, title: str, text: str, must_read: bool,
    roles: Sequence[str], until: datetime | None, by: str,
) -> Bulletin:  # fmt: skip
    """From now on, until its time is over or somebody withdraws it."""
    named, told, at = title.strip()[:TITLE_CHARS_MAX], text.strip()[:TEXT_CHARS_MAX], now()
    if not named or not told:
        raise NothingSaid
    if until is not None and not at < until <= at + LONGEST:
        raise Invalid("until")
    if roles:
        await in_turn(session)  # nobody removes them meanwhile
        await composing.check_known(session, roles)
    row = Bulletin(
        what=what, title=named, text=told, must_read=must_read, roles=sorted(set(roles)), by=by,
        at=at, until=until,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await append(session, BulletinPublished(
        subject=bulletin_subject(row.id), what=what, title=named, must_read=must_read,
        roles=tuple(row.roles), until=until, by=by,
    ))  # fmt: skip
    return row


async def withdraw(session: AsyncSession, bulletin_id: int, *, by: str) -> Bulletin:
    """It counts no more."""
    row = await _standing(session, bulletin_id, lock=True)
    row.withdrawn_at, row.withdrawn_by = now(), by
    await append(session, BulletinWithdrawn(subject=bulletin_subject(row.id), by=by))
    return row


async def read(session: AsyncSession, bulletin_id: int, who: Principal) -> None:
    """This person has read it; once is enough."""
    row = await _standing(session, bulletin_id)
    if who.user_id is None or not is_for(row, who.roles):
        raise NotFound("bulletin")
    receipt = insert_into(session, BulletinReceipt).values(
        bulletin_id=row.id, user_id=who.user_id, name=who.name, at=now(), created_at=now()
    )
    done = await session.scalar(receipt.on_conflict_do_nothing().returning(BulletinReceipt.id))
    if done is not None:
        await append(session, BulletinRead(
            subject=bulletin_subject(row.id), by=who.agent_number or who.name,
        ))  # fmt: skip


async def _standing(session: AsyncSession, bulletin_id: int, *, lock: bool = False) -> Bulletin:
    wanted = select(Bulletin).where(Bulletin.id == bulletin_id)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound("bulletin")
    if row.withdrawn_at is not None or (row.until is not None and row.until <= now()):
        raise BulletinOver
    return row


def is_for(row: Bulletin, roles: frozenset[str]) -> bool:
    """Whether whoever holds these roles is among its readers."""
    return not row.roles or bool(roles & set(row.roles))


async def shown(session: AsyncSession, who: Principal) -> list[Shown]:
    """What counts now for this person, for writers all: unread must-reads first, then newest."""
    found = await standing(session)
    mine = select(BulletinReceipt.bulletin_id, BulletinReceipt.at).where(
        BulletinReceipt.user_id == who.user_id,
        BulletinReceipt.bulletin_id.in_([row.id for row in found]),
    )
    read_at = {row.bulletin_id: row.at for row in await session.execute(mine)}
    writes = who.may(Permission.WRITE_BULLETINS)
    told = [Shown(row, read_at.get(row.id)) for row in found if writes or is_for(row, who.roles)]
    return sorted(told, key=lambda each: not (each.bulletin.must_read and each.read_at is None))


async def unread(session: AsyncSession, who: Principal) -> list[Bulletin]:
    """Must-reads that this person has not read; nothing for programs."""
    if who.user_id is None:
        return []
    return [
        each.bulletin
        for each in await shown(session, who)
        if each.bulletin.must_read and each.read_at is None
        if is_for(each.bulletin, who.roles)
    ]


async def standing(session: AsyncSession) -> list[Bulletin]:
    """What counts now, the newest first."""
    newest = select(Bulletin).where(*_counts()).order_by(Bulletin.id.desc())
    return list(await session.scalars(newest.limit(SHOWN_MAX)))


async def naming(session: AsyncSession, roles: Collection[str]) -> list[str]:
    """The titles of what counts now for readers of these roles, the oldest first."""
    found = select(Bulletin.title, Bulletin.roles).where(*_counts()).order_by(Bulletin.id)
    return [title for title, named in await session.execute(found) if set(roles) & set(named)]


def _counts() -> tuple[ColumnElement[bool], ...]:
    over = or_(Bulletin.until.is_(None), Bulletin.until > now())
    return Bulletin.withdrawn_at.is_(None), over


async def readers(session: AsyncSession, bulletin_id: int) -> list[BulletinReceipt]:
    """Who has read it, in order."""
    found = select(BulletinReceipt).where(BulletinReceipt.bulletin_id == bulletin_id)
    return list(await session.scalars(found.order_by(BulletinReceipt.id)))


def missing(
    row: Bulletin,
    people: Sequence[tuple[int, str, frozenset[str]]],
    receipts: Sequence[BulletinReceipt],
) -> list[str]:
    """Of these people (id, name, roles), who should have read it and has not. Pure."""
    read_by = {receipt.user_id for receipt in receipts}
    return sorted(
        name for user, name, roles in people if is_for(row, roles) and user not in read_by
    )
