"""Photos, signatures, sound and video of orders: in pieces, limited, and what they say they are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.field.doing import company_rules
from crm.field.events import FieldAttached
from crm.field.media import HEAD_BYTES, SUFFIXES, TYPES, begins_like, plain
from crm.field.models import FieldAttachment
from crm.field.places import Point
from crm.field.rules import AttachmentKind
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

PIECE_BYTES_MAX: Final = 256_000


class AttachmentRefused(Invalid):
    """Too large, too many, or not what it says it is."""

    code = "attachment-refused"
    words = Text("This cannot be attached: %(detail)s")


class WrongPiece(MainlineError):
    """Another piece is expected; ``detail`` says from which byte on."""

    code = "wrong-piece"
    words = Text("Go on from byte %(detail)s.")


@dataclass(frozen=True, slots=True)
class Announced:
    """What is to come."""

    key: str
    order: str
    kind: AttachmentKind
    media_type: str
    size: int
    taken_at: datetime
    point: Point | None = None


def folder(home: Path) -> Path:
    """Where the files of an instance lie."""
    return home / "field"


def file_of(home: Path, row: FieldAttachment) -> Path:
    """Where the bytes are."""
    return folder(home) / row.key[:2] / f"{row.key}.{SUFFIXES[row.media_type]}"


async def receive(
    session: AsyncSession, home: Path, worker: str, what: Announced, offset: int, piece: bytes
) -> FieldAttachment:
    """One piece of a file; the same piece again changes nothing, a gap is refused."""
    order = await orders.by_number(session, what.order, lock=True)
    row = await by_key(session, what.key) or await _announced(session, order, worker, what)
    if (row.work_order_id, row.worker, row.size) != (order.id, worker, what.size):
        raise Invalid("key")
    if offset > row.received:
        raise WrongPiece(str(row.received))
    if row.complete_at is not None or 0 < offset + len(piece) <= row.received:
        return row
    if not 0 < len(piece) <= PIECE_BYTES_MAX or offset + len(piece) > row.size:
        raise AttachmentRefused("size")
    if offset == 0 and not begins_like(row.media_type, piece[:HEAD_BYTES]):
        raise AttachmentRefused("type")
    _write(file_of(home, row), offset, piece)
    row.received = offset + len(piece)
    if row.received == row.size:
        await _complete(session, home, order, row)
    return row


async def _announced(
    session: AsyncSession, order: WorkOrder, worker: str, what: Announced
) -> FieldAttachment:
    limits = (await company_rules(session)).attachments
    media_type = plain(what.media_type)
    if media_type not in TYPES[what.kind]:
        raise AttachmentRefused("type")
    if not 0 < what.size <= limits.bytes_of(what.kind):
        raise AttachmentRefused("size")
    mine = select(func.count()).where(FieldAttachment.work_order_id == order.id)
    if (await session.scalar(mine) or 0) >= limits.an_order:
        raise AttachmentRefused("count")
    lon, lat = what.point or (None, None)
    row = FieldAttachment(
        key=what.key, work_order_id=order.id, worker=worker, kind=what.kind, media_type=media_type,
        size=what.size, received=0, taken_at=min(what.taken_at, now()), lon=lon, lat=lat,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


def _write(path: Path, offset: int, piece: bytes) -> None:
    """At its place: written twice it is the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()


async def _complete(
    session: AsyncSession, home: Path, order: WorkOrder, row: FieldAttachment
) -> None:
    row.sha256 = hashlib.sha256(file_of(home, row).read_bytes()).hexdigest()
    row.complete_at = now()
    await note(session, order, f"attach_{row.kind}", by=row.worker, text=row.key, at=now())
    fact = FieldAttached(
        subject=f"work_order:{order.id}", number=order.number, by=row.worker, what=row.kind,
        key=row.key, sha256=row.sha256,
    )  # fmt: skip
    await append(session, fact)


async def by_key(session: AsyncSession, key: str) -> FieldAttachment | None:
    """The one with this key."""
    found: FieldAttachment | None = await session.scalar(
        select(FieldAttachment).where(FieldAttachment.key == key)
    )
    return found


async def whole(session: AsyncSession, home: Path, key: str) -> tuple[FieldAttachment, Path]:
    """One that has come in whole, with its file."""
    row = await by_key(session, key)
    if row is None or row.complete_at is None or not file_of(home, row).is_file():
        raise NotFound("attachment")
    return row, file_of(home, row)


async def of_order(session: AsyncSession, order_id: int) -> Sequence[FieldAttachment]:
    """Everything that was attached to an order."""
    mine = select(FieldAttachment).where(
        FieldAttachment.work_order_id == order_id, FieldAttachment.complete_at.is_not(None)
    )
    return (await session.scalars(mine.order_by(FieldAttachment.id))).all()
