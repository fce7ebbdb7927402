"""Draft, check, publish at once or at a time, roll back."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.acting import because
from mainline.clock import now
from mainline.db import Moment, remembered
from mainline.definitions.events import DefinitionPublished, DefinitionWithdrawn
from mainline.definitions.kind import Problem, kind_named, kinds
from mainline.definitions.models import DefinitionVersion
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append, in_turn
from mainline.permissions import ROLES, Rights

COMPANY: Final = "company"
BODY_CHARS_MAX = 1_000_000
AHEAD_MAX = timedelta(days=366)
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


class DefinitionRefused(MainlineError):
    """The body has errors; ``problems`` lists them."""

    code = "definition-refused"
    status = 422
    words = Text("The definition has mistakes and was not published.")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


class EditedMeanwhile(MainlineError):
    """Somebody else has kept a version since this one was begun."""

    code = "edited-meanwhile"
    words = Text("%(author)s has kept version %(number)s in the meantime. Nothing was overwritten.")


class AlreadyInForce(MainlineError):
    """It counts already: another version can replace it, nothing can undo it."""

    code = "already-in-force"
    words = Text("This version is in force already. Put an earlier one in force instead.")


class Guarded(MainlineError):
    """It has rules of its own about who may change what in it."""

    code = "definition-guarded"
    status = 403
    words = Text("This is changed on its own page only.")


class WrongMoment(Invalid):
    """A version takes effect from now on, and within a year."""

    code = "wrong-moment"
    words = Text("It can take effect from now on, within a year; not at that time.")


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


async def draft(
    session: AsyncSession,
    kind: str,
    name: str,
    body: Any,
    *,
    author: str,
    why: str = "",
    after: int | None = None,
    guard_passed: bool = False,
) -> Version:
    """Keep a new version that is not in force; it may still have mistakes.

    ``guard_passed``: the service of a guarded kind has looked at who changes what.

    ``after``: the newest version its author had seen; refused when there is a newer one.
    """
    text = json.dumps(body, ensure_ascii=False)
    if len(text) > BODY_CHARS_MAX:
        raise DefinitionRefused(
            [Problem("error", "too-large", "", Text("The definition is too large."))]
        )
    _check_guard(kind, guard_passed)
    newest = await _newest(session, kind, name)
    if after is not None and newest is not None and newest.version != after:
        raise EditedMeanwhile(author=newest.author, number=newest.version)
    row = DefinitionVersion(
        kind=kind, name=name, version=newest.version + 1 if newest else 1,
        body=text, author=author, why=why[:500],
    )  # fmt: skip
    await _add(session, row)
    return _version(row, parse=False)


async def _add(session: AsyncSession, row: DefinitionVersion) -> None:
    """Two who draft at the very same moment: the second one is told."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise EditedMeanwhile(author="?", number=row.version) from error


async def publish(
    session: AsyncSession,
    kind: str,
    name: str,
    number: int,
    *,
    by: str,
    why: str = "",
    at: datetime | None = None,
    guard_passed: bool = False,
) -> Version:
    """Put a draft in force, now or ``at`` a later time; refused while its check finds errors."""
    _check_guard(kind, guard_passed)
    present = now()
    if at is not None and not present <= at <= present + AHEAD_MAX:
        raise WrongMoment
    if kind_named(kind).roles_check:
        await in_turn(session)  # nobody removes a role that is named here
    row = await _row(session, kind, name, number)
    problems = await problems_now(session, kind, json.loads(row.body))
    if errors := [problem for problem in problems if problem.level == "error"]:
        raise DefinitionRefused(errors)
    if row.published_at is None:
        row.published_at, row.published_by, row.valid_from = present, by, at or present
        row.why = why[:500] or row.why
        because(session, row.why)
        await append(
            session,
            DefinitionPublished(
                subject=f"definition:{kind}/{name}", version=number, by=by, why=row.why,
                valid_from=row.valid_from,
            ),
        )  # fmt: skip
    await session.flush()
    return _version(row)


async def problems_now(session: AsyncSession, kind: str, body: Any) -> list[Problem]:
    """Everything wrong with this body, with the roles that this company has now."""
    asked = kind_named(kind)
    return asked.problems(body, await _rights(session) if asked.roles_check else ROLES)


async def broken_by(session: AsyncSession, before: Rights, later: Rights) -> list[str]:
    """Which definitions, in force or waiting for their time, name roles that would be in order no
    more; with the place."""
    found: list[str] = []
    for kind in kinds().values():
        if kind.roles_check is None:
            continue
        for each in await _counting(session, kind.name):
            good = {(one.where, one.code) for one in kind.roles_check(each, before)}
            bad = [one for one in kind.roles_check(each, later) if one.level == "error"]
            found += [
                f"{kind.name} {one.where}" for one in bad if (one.where, one.code) not in good
            ]
    return list(dict.fromkeys(found))


async def _counting(session: AsyncSession, kind: str) -> list[Any]:
    bodies = []
    for name in await names(session, kind):
        past = await history(session, kind, name)
        present = in_force(past, now())
        waiting = [each for each in past if each.waits(now())]
        bodies += [parsed(kind, one.text) for one in (present, *waiting) if one is not None]
    return bodies


async def _rights(session: AsyncSession) -> Rights:
    for kind in kinds().values():
        if kind.rights is not None and await is_in_force(session, kind.name, COMPANY):
            return kind.rights((await current(session, kind.name, COMPANY)).body)
    return ROLES


async def withdraw(session: AsyncSession, kind: str, name: str, number: int, *, by: str) -> Version:
    """A version that waits for its time becomes a draft again."""
    row = await _row(session, kind, name, number)
    if row.published_at is None:
        raise NotFound(f"{kind}/{name} version {number} was never published")
    if (row.valid_from or row.published_at) <= now():
        raise AlreadyInForce
    row.published_at = row.published_by = row.valid_from = None
    subject = f"definition:{kind}/{name}"
    await append(session, DefinitionWithdrawn(subject=subject, version=number, by=by))
    await session.flush()
    return _version(row, parse=False)


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


def _check_guard(kind: str, passed: bool) -> None:
    if kind_named(kind).guarded and not passed:
        raise Guarded


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
    return _version(row) if row is not None else None


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
        return _version(await _row(session, kind, name, number))

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
    return [_version(row, parse=False) for row in rows]


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


async def install(
    session: AsyncSession, kind: str, name: str, body: Any, *, by: str, why: str = ""
) -> Version:
    """First content from a pack: published once, left alone when the company has its own."""
    try:
        return await current(session, kind, name)
    except NotFound:
        made = await draft(session, kind, name, body, author=by, why=why)
        return await publish(session, kind, name, made.version, by=by, why=why)


async def _newest(session: AsyncSession, kind: str, name: str) -> DefinitionVersion | None:
    found: DefinitionVersion | None = await session.scalar(
        select(DefinitionVersion)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.name == name)
        .order_by(DefinitionVersion.version.desc())
        .limit(1)
    )
    return found


async def _row(session: AsyncSession, kind: str, name: str, number: int) -> DefinitionVersion:
    row: DefinitionVersion | None = await session.scalar(
        _NUMBERED, {"kind": kind, "name": name, "number": number}
    )
    if row is None:
        raise NotFound(f"{kind}/{name} version {number}")
    return row


def _version(row: DefinitionVersion, *, parse: bool = True) -> Version:
    body = parsed(row.kind, row.body) if parse else None
    return Version(
        row.kind, row.name, row.version, body, row.body,
        row.author, row.why, row.published_at, row.published_by, row.valid_from,
    )  # fmt: skip


@lru_cache(maxsize=PARSED_KEPT)
def parsed(kind: str, text: str) -> Any:
    """The same text is read once, however many pages and calls go by it; bodies are frozen."""
    return kind_named(kind).parse(json.loads(text))
