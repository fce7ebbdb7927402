"""Versions as they are kept: what counts now, what counted then, what waits."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.clock import now
from mainline.db import Moment, remembered
from mainline.definitions.kind import kind_named
from mainline.definitions.models import DefinitionVersion
from mainline.errors import NotFound

COMPANY: Final = "company"
PARSED_KEPT = 256
_EFFECTIVE = func.coalesce(DefinitionVersion.valid_from, DefinitionVersion.published_at)
"""From when on a published version counts."""
_IN_FORCE = (
    select(DefinitionVersion)
    .where(DefinitionVersion.kind == bindparam("kind"), DefinitionVersion.name == bindparam("name"))
    .where(bindparam("at", type_=Moment()) >= _EFFECTIVE)
    .order_by(_EFFECTIVE.desc(), DefinitionVersion.version.desc())
    .limit(1)
)
"""Put together once: every page and every call asks this."""
_NUMBERED = select(DefinitionVersion).where(
    DefinitionVersion.kind == bindparam("kind"), DefinitionVersion.name == bindparam("name"),
    DefinitionVersion.version == bindparam("number"),
)  # fmt: skip
_NAMES = (
    select(DefinitionVersion.name)
    .where(DefinitionVersion.kind == bindparam("kind"))
    .where(bindparam("at", type_=Moment()) >= _EFFECTIVE)
    .distinct()
    .order_by(DefinitionVersion.name)
)
_STAMP = select(func.max(_EFFECTIVE), func.count()).where(
    bindparam("at", type_=Moment()) >= _EFFECTIVE
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its parsed body (an instance of the kind's shape)."""

    kind: str
    name: str
    version: int
    body: Any
    text: str = field(repr=False)
    """The body as it is kept."""
    author: str
    why: str
    published_at: datetime | None
    published_by: str | None
    valid_from: datetime | None = None

    @property
    def source(self) -> Any:
        """The body as it was written: plain data, the caller's own."""
        return json.loads(self.text)

    @property
    def effective_at(self) -> datetime | None:
        """From when on it counts; None for a draft."""
        return self.valid_from or self.published_at

    def waits(self, at: datetime) -> bool:
        """Whether it is published, but for a later time."""
        return self.effective_at is not None and self.effective_at > at


async def current(
    session: AsyncSession, kind: str, name: str, *, at: datetime | None = None
) -> Version:
    """The version in force, now or at a past moment."""
    present = now()
    found = await remembered(
        session, (kind, name, at or present.replace(microsecond=0)),
        lambda: _current(session, kind, name, at or present),
    )  # fmt: skip
    if found is None:
        raise NotFound(f"{kind}/{name}")
    return found


async def as_of(session: AsyncSession, kind: str, name: str, moment: datetime | None) -> Version:
    """As it stood at a past moment; what is in force now for None, and where there was none yet."""
    if moment is not None:
        with suppress(NotFound):
            return await current(session, kind, name, at=moment)
    return await current(session, kind, name)


async def _current(session: AsyncSession, kind: str, name: str, at: datetime) -> Version | None:
    row = await session.scalar(_IN_FORCE, {"kind": kind, "name": name, "at": at})
    return version_of(row) if row is not None else None


def text_in_force(kind: str, name: str) -> ScalarSelect[str]:
    """The body as it is kept, within another statement that binds the moment as ``at``."""
    return (
        select(DefinitionVersion.body)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.name == name)
        .where(bindparam("at", type_=Moment()) >= _EFFECTIVE)
        .order_by(_EFFECTIVE.desc(), DefinitionVersion.version.desc())
        .limit(1)
        .scalar_subquery()
    )


async def version(session: AsyncSession, kind: str, name: str, number: int) -> Version:
    """That version, in force or not."""

    async def ask() -> Version:
        return version_of(await row_of(session, kind, name, number))

    return await remembered(session, (kind, name, number), ask)


async def history(
    session: AsyncSession, kind: str, name: str, *, limit: int = 100
) -> list[Version]:
    """Newest first, bodies unparsed."""
    rows = await session.scalars(
        select(DefinitionVersion)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.name == name)
        .order_by(DefinitionVersion.version.desc())
        .limit(limit)
    )
    return [version_of(row, parse=False) for row in rows]


def in_force(history: Sequence[Version], at: datetime) -> Version | None:
    """Which of these versions counts at that moment. Pure."""
    counting = [each for each in history if each.effective_at and not each.waits(at)]
    return max(counting, key=lambda each: (each.effective_at, each.version), default=None)


async def names(session: AsyncSession, kind: str) -> list[str]:
    """Everything of a kind of which a version is in force."""
    return list(await session.scalars(_NAMES, {"kind": kind, "at": now()}))


async def unpublished(session: AsyncSession, kind: str) -> list[str]:
    """Everything of a kind that was only drafted so far."""
    each = DefinitionVersion.name
    statement = select(each).where(DefinitionVersion.kind == kind).group_by(each).order_by(each)
    return list(await session.scalars(statement.having(func.count(_EFFECTIVE) == 0)))


async def stamp(session: AsyncSession) -> str:
    """Differs as soon as anything comes into force: for who keeps parsed definitions at hand."""
    found = (await session.execute(_STAMP, {"at": now()})).one()
    return "/".join(str(part) for part in found)


async def is_in_force(session: AsyncSession, kind: str, name: str) -> bool:
    """Whether there is a version in force, without reading it."""
    wanted = select(DefinitionVersion.id).where(
        DefinitionVersion.kind == kind, DefinitionVersion.name == name, now() >= _EFFECTIVE
    )
    return await session.scalar(wanted.limit(1)) is not None


async def newest(session: AsyncSession, kind: str, name: str) -> DefinitionVersion | None:
    """The version that was kept last, in force or not."""
    found: DefinitionVersion | None = await session.scalar(
        select(DefinitionVersion)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.name == name)
        .order_by(DefinitionVersion.version.desc())
        .limit(1)
    )
    return found


async def row_of(session: AsyncSession, kind: str, name: str, number: int) -> DefinitionVersion:
    """That version as it is kept; NotFound where there is none."""
    row: DefinitionVersion | None = await session.scalar(
        _NUMBERED, {"kind": kind, "name": name, "number": number}
    )
    if row is None:
        raise NotFound(f"{kind}/{name} version {number}")
    return row


def version_of(row: DefinitionVersion, *, parse: bool = True) -> Version:
    """As it is handed out."""
    body = parsed(row.kind, row.body) if parse else None
    return Version(
        row.kind, row.name, row.version, body, row.body,
        row.author, row.why, row.published_at, row.published_by, row.valid_from,
    )  # fmt: skip


@lru_cache(maxsize=PARSED_KEPT)
def parsed(kind: str, text: str) -> Any:
    """The same text is read once, however many pages and calls go by it; bodies are frozen."""
    return kind_named(kind).parse(json.loads(text))
