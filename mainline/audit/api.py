"""``/api/audit``: the log of every change, and any record as it stood at a past moment."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import inspect

from mainline.audit import anchors, queries
from mainline.audit.as_of import row_as_of
from mainline.audit.models import AuditEntry
from mainline.audit.rows import audited_tables, plain_row
from mainline.clock import now
from mainline.errors import Invalid, NotFound
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, allow, cursor, position

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[allow(Permission.SEE_AUDIT)])
Word = Annotated[str | None, Query(max_length=64)]
Key = Annotated[str | None, Query(max_length=160)]


class AuditRead(BaseModel):
    """One change. ``old`` and ``new`` hold only what changed; secrets are told as ***."""

    id: int
    at: datetime
    by: str
    process: str
    why: str
    action: str
    table: str
    row: str
    old: dict[str, Any]
    new: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry, sees: Eyes) -> "AuditRead":
        """The entry as it is told to this person."""
        told = {name: getattr(entry, name) for name in _PLAIN}
        changes = {when: sees.columns(of) for when, of in json.loads(entry.changes).items()}
        told["why"] = sees.text(entry.why)
        return cls(**told, table=entry.table_name, row=entry.row_key, **changes)


_PLAIN = ("id", "at", "by", "process", "why", "action", "hash")


class AuditHead(BaseModel):
    """The newest entry: note it down elsewhere, and nobody can rewrite what stands before it."""

    id: int
    hash: str


class RecordThen(BaseModel):
    """A record as it stood; empty values are left out."""

    table: str
    row: str
    as_of: datetime
    values: dict[str, Any]


@router.get("")
async def list_changes(
    session: ReadSession,
    who: Who,
    table: Word = None,
    row: Key = None,
    by: Word = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=queries.LIMIT_MAX)] = 50,
    after: Annotated[str | None, Query(alias="next", max_length=200)] = None,
) -> Page[AuditRead]:
    """Changes, the newest first."""
    wanted = queries.Filter(table, row, by, since, until)
    found = await queries.find(session, wanted, limit=limit, before=entry_before(after))
    more = cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[AuditRead.of(each, who.sees) for each in found], next=more)


def entry_before(after: str | None) -> int | None:
    """The entry that a page follows."""
    place = position(after, 1)
    if place is not None and not isinstance(place[0], int):
        raise Invalid("cursor")
    return place[0] if place else None


@router.get("/head")
async def read_head(session: ReadSession) -> AuditHead:
    """The newest entry's number and hash."""
    entry_id, sealed = await anchors.head(session)
    return AuditHead(id=entry_id, hash=sealed)


@router.get("/{table}/{row:path}")
async def read_record(
    table: str, row: str, session: ReadSession, who: Who, as_of: AwareDatetime | None = None
) -> RecordThen:
    """Any audited record as it stood at that moment; without one, as it stands."""
    mapper = audited_tables().get(table[:64])
    if mapper is None:
        raise NotFound("table")
    moment = as_of or now()
    found = await row_as_of(session, mapper.class_, row[:160], moment)
    if found is None:
        raise NotFound("record")
    values = plain_row(mapper, {each.key: getattr(found, each.key) for each in
                                inspect(found).mapper.column_attrs})  # fmt: skip
    return RecordThen(table=table, row=row, as_of=moment, values=who.sees.columns(values))
