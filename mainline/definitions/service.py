"""Draft, check, publish at once or at a time, roll back."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.acting import because
from mainline.clock import now
from mainline.definitions.events import DefinitionPublished, DefinitionWithdrawn
from mainline.definitions.kind import Problem, kind_named, kinds
from mainline.definitions.models import DefinitionVersion
from mainline.definitions.versions import (
    COMPANY,
    Version,
    current,
    history,
    in_force,
    is_in_force,
    names,
    newest,
    parsed,
    row_of,
    version_of,
)
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append, in_turn
from mainline.permissions import ROLES, Rights

BODY_CHARS_MAX = 1_000_000
AHEAD_MAX = timedelta(days=366)


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
    last = await newest(session, kind, name)
    if after is not None and last is not None and last.version != after:
        raise EditedMeanwhile(author=last.author, number=last.version)
    row = DefinitionVersion(
        kind=kind, name=name, version=last.version + 1 if last else 1,
        body=text, author=author, why=why[:500],
    )  # fmt: skip
    await _add(session, row)
    return version_of(row, parse=False)


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
    row = await row_of(session, kind, name, number)
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
    return version_of(row)


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
    row = await row_of(session, kind, name, number)
    if row.published_at is None:
        raise NotFound(f"{kind}/{name} version {number} was never published")
    if (row.valid_from or row.published_at) <= now():
        raise AlreadyInForce
    row.published_at = row.published_by = row.valid_from = None
    subject = f"definition:{kind}/{name}"
    await append(session, DefinitionWithdrawn(subject=subject, version=number, by=by))
    await session.flush()
    return version_of(row, parse=False)


async def roll_back(
    session: AsyncSession, kind: str, name: str, to: int, *, by: str, why: str = ""
) -> Version:
    """Put an earlier version in force again, as a new version: history is never rewritten."""
    old = await row_of(session, kind, name, to)
    if old.published_at is None:
        raise NotFound(f"{kind}/{name} version {to} was never published")
    made = await draft(session, kind, name, json.loads(old.body), author=by, why=why)
    return await publish(
        session, kind, name, made.version, by=by, why=why or f"rolled back to {to}"
    )


def _check_guard(kind: str, passed: bool) -> None:
    if kind_named(kind).guarded and not passed:
        raise Guarded


async def install(
    session: AsyncSession, kind: str, name: str, body: Any, *, by: str, why: str = ""
) -> Version:
    """First content from a pack: published once, left alone when the company has its own."""
    try:
        return await current(session, kind, name)
    except NotFound:
        made = await draft(session, kind, name, body, author=by, why=why)
        return await publish(session, kind, name, made.version, by=by, why=why)
