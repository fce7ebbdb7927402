"""Draft, check, publish, roll back."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.clock import now
from mainline.definitions.events import DefinitionPublished
from mainline.definitions.kind import Problem, kind_named
from mainline.definitions.models import DefinitionVersion
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

BODY_CHARS_MAX = 1_000_000


class DefinitionRefused(MainlineError):
    """The body has errors; ``problems`` lists them."""

    code = "definition-refused"
    status = 422
    words = Text("The definition has mistakes and was not published.")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its parsed body (an instance of the kind's shape)."""

    kind: str
    name: str
    version: int
    body: Any
    source: Any
    """The body as it was written: plain data."""
    author: str
    why: str
    published_at: datetime | None
    published_by: str | None


async def draft(
    session: AsyncSession, kind: str, name: str, body: Any, *, author: str, why: str = ""
) -> Version:
    """Keep a new version that is not in force; it may still have mistakes."""
    text = json.dumps(body, ensure_ascii=False)
    if len(text) > BODY_CHARS_MAX:
        raise DefinitionRefused(
            [Problem("error", "too-large", "", Text("The definition is too large."))]
        )
    kind_named(kind)
    row = DefinitionVersion(
        kind=kind, name=name, version=await _next_version(session, kind, name),
        body=text, author=author, why=why[:500],
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return _version(row, parse=False)


async def publish(
    session: AsyncSession, kind: str, name: str, number: int, *, by: str, why: str = ""
) -> Version:
    """Put a draft in force from now on; refused while its check finds errors."""
    row = await _row(session, kind, name, number)
    problems = [p for p in kind_named(kind).problems(json.loads(row.body)) if p.level == "error"]
    if problems:
        raise DefinitionRefused(problems)
    if row.published_at is None:
        row.published_at, row.published_by = now(), by
        row.why = why[:500] or row.why
        await append(
            session,
            DefinitionPublished(
                subject=f"definition:{kind}/{name}", version=number, by=by, why=row.why
            ),
        )
    await session.flush()
    return _version(row)


async def roll_back(
    session: AsyncSession, kind: str, name: str, to: int, *, by: str, why: str = ""
) -> Version:
    """Put an earlier version in force again, as a new version: history is never rewritten."""
    old = await _row(session, kind, name, to)
    if old.published_at is None:
        raise NotFound(f"{kind}/{name} version {to} was never published")
    made = await draft(session, kind, name, json.loads(old.body), author=by, why=why)
    return await publish(
        session, kind, name, made.version, by=by, why=why or f"rolled back to {to}"
    )


async def current(
    session: AsyncSession, kind: str, name: str, *, at: datetime | None = None
) -> Version:
    """The version in force, now or at a past moment."""
    statement = select(DefinitionVersion).where(
        DefinitionVersion.kind == kind,
        DefinitionVersion.name == name,
        DefinitionVersion.published_at <= (at or now()),
    )
    order = (DefinitionVersion.published_at.desc(), DefinitionVersion.version.desc())
    row = await session.scalar(statement.order_by(*order).limit(1))
    if row is None:
        raise NotFound(f"{kind}/{name}")
    return _version(row)


async def version(session: AsyncSession, kind: str, name: str, number: int) -> Version:
    """That version, in force or not."""
    return _version(await _row(session, kind, name, number))


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
    return [_version(row, parse=False) for row in rows]


async def names(session: AsyncSession, kind: str) -> list[str]:
    """Everything of a kind that has been published."""
    statement = (
        select(DefinitionVersion.name)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.published_at.is_not(None))
        .distinct()
        .order_by(DefinitionVersion.name)
    )
    return list(await session.scalars(statement))


async def stamp(session: AsyncSession) -> str:
    """Differs as soon as anything is published: for those who keep parsed definitions at hand."""
    published = DefinitionVersion.published_at
    statement = select(func.max(published), func.count(published))
    return "/".join(str(part) for part in (await session.execute(statement)).one())


async def install(
    session: AsyncSession, kind: str, name: str, body: Any, *, by: str, why: str = ""
) -> Version:
    """First content from a pack: published once, left alone when the company has its own."""
    try:
        return await current(session, kind, name)
    except NotFound:
        made = await draft(session, kind, name, body, author=by, why=why)
        return await publish(session, kind, name, made.version, by=by, why=why)


async def _next_version(session: AsyncSession, kind: str, name: str) -> int:
    newest = await session.scalar(
        select(func.max(DefinitionVersion.version)).where(
            DefinitionVersion.kind == kind, DefinitionVersion.name == name
        )
    )
    return (newest or 0) + 1


async def _row(session: AsyncSession, kind: str, name: str, number: int) -> DefinitionVersion:
    row = await session.scalar(
        select(DefinitionVersion).where(
            DefinitionVersion.kind == kind,
            DefinitionVersion.name == name,
            DefinitionVersion.version == number,
        )
    )
    if row is None:
        raise NotFound(f"{kind}/{name} version {number}")
    return row


def _version(row: DefinitionVersion, *, parse: bool = True) -> Version:
    source = json.loads(row.body)
    body = kind_named(row.kind).parse(source) if parse else None
    return Version(
        row.kind, row.name, row.version, body, source,
        row.author, row.why, row.published_at, row.published_by,
    )  # fmt: skip
