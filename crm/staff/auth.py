"""Signing in and out, sessions and bearer tokens. Only hashes of tokens are kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import composing
from crm.staff.models import ApiToken, AuthSession, LoginFailure, User
from crm.staff.passwords import fits
from mainline.clock import now
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.i18n import LOCALES, Locale, Text
from mainline.permissions import Rights
from mainline.web import Principal

SESSION_LASTS: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=15)
TRIES_PER_LOGIN: Final = 5
TRIES_PER_ADDRESS: Final = 30


_PERSON: Final = (
    User.id, User.name, User.roles, User.agent_number, User.language, User.password_until,
)  # fmt: skip
_OF_SESSION: Final = (
    select(*_PERSON, AuthSession.public_id, composing.rights_text().label("rights"))
    .join(AuthSession, AuthSession.user_id == User.id)
    .where(AuthSession.token_hash == bindparam("token_hash"), User.active)
    .where(AuthSession.expires_at > bindparam("at"))
)
"""Whose session, and what roles allow now: asked with every request, put together once."""


class WrongPassword(MainlineError):
    """Login or password is wrong; which one is not told."""

    code = "sign-in-refused"
    status = 401
    words = Text("The user name or the password is wrong.")


class TooManyTries(MainlineError):
    """The login or the address has failed too often."""

    code = "too-many-tries"
    status = 429
    words = Text("Too many failed attempts. Please try again in 15 minutes.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. The token goes into the cookie and is never kept here."""

    token: str = field(repr=False)
    principal: Principal
    once: bool = False
    """The password was given by somebody else: an own one is to be chosen first."""


async def sign_in(database: Database, *, login: str, password: str, address: str) -> SignedIn:
    """Begin a session, or refuse.

    Three short units of work instead of one: checking a password takes long, and nobody else may
    wait for it. The attempt is counted before it is checked, so that guessing in parallel wins
    nothing.
    """
    login = login.strip()[:64]
    async with database.unit_of_work() as session:
        attempt = await count_attempt(session, login, address)
        user = await session.scalar(select(User).where(User.login == login, User.active))
    known = user.password_hash if user is not None and not _over(user) else None
    if not await fits(known, password) or user is None:
        raise WrongPassword
    async with database.unit_of_work() as session:
        await forgive(session, login, attempt)
        return await _open(session, user, address)


async def sign_out(session: AsyncSession, token: str) -> None:
    """End the session; unknown tokens are ignored."""
    await session.execute(delete(AuthSession).where(AuthSession.token_hash == _hash(token)))


async def sign_out_everywhere(session: AsyncSession, user_id: int) -> None:
    """End all sessions of somebody: the password was changed, or they left."""
    await session.execute(delete(AuthSession).where(AuthSession.user_id == user_id))


async def principal_of_session(session: AsyncSession, token: str) -> Principal | None:
    """Whose session this is; None when it is unknown, over, or its owner is gone."""
    found = await session.execute(_OF_SESSION, {"token_hash": _hash(token), "at": now()})
    row = found.first()
    return principal(row, row.public_id, composing.rights_in(row.rights)) if row else None


async def principal_of_bearer(session: AsyncSession, token: str) -> Principal | None:
    """The role a program's token stands for; None when it is unknown, over or revoked."""
    row = await session.scalar(select(ApiToken).where(ApiToken.token_hash == _hash(token)))
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now()):
        return None
    allowed = await composing.rights(session)
    return Principal(None, row.name or row.role, frozenset({row.role}), rights=allowed)


def principal(user: User | Row[*tuple[Any, ...]], session_id: str, rights: Rights) -> Principal:
    """The person as requests know them; until an own password is chosen they may do nothing."""
    locale: Locale = "en" if user.language == "en" else LOCALES[0]
    if user.password_until is not None:
        return Principal(user.id, user.name, frozenset(), None, locale, session_id, rights=rights)
    roles = frozenset(user.roles)
    return Principal(
        user.id, user.name, roles, user.agent_number, locale, session_id, rights=rights
    )


async def make_token(
    session: AsyncSession, *, role: str, name: str = "", expires_at: datetime | None = None
) -> str:
    """A new bearer token of a role: told once, kept only as a hash."""
    await composing.check_known(session, [role])
    token = f"ml_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(token_hash=_hash(token), role=role, name=name[:64], expires_at=expires_at))
    await session.flush()
    return token


async def count_attempt(session: AsyncSession, login: str, address: str) -> list[int]:
    """Note the attempt as failed until it succeeds; refuse when there were too many."""
    since = now() - WINDOW
    await session.execute(delete(LoginFailure).where(LoginFailure.at < since - WINDOW))
    limits = {_hash(f"login:{login}"): TRIES_PER_LOGIN, _hash(f"at:{address}"): TRIES_PER_ADDRESS}
    for who, most in limits.items():
        tries = select(func.count()).where(LoginFailure.who == who, LoginFailure.at > since)
        if (await session.scalar(tries) or 0) >= most:
            raise TooManyTries
    rows = [LoginFailure(who=who, at=now()) for who in limits]
    session.add_all(rows)
    await session.flush()
    return [row.id for row in rows]


async def forgive(session: AsyncSession, login: str, attempt: Sequence[int] = ()) -> None:
    """Who got in had no failures; those of the address stay, except this attempt."""
    mine = (LoginFailure.who == _hash(f"login:{login}")) | LoginFailure.id.in_(attempt)
    await session.execute(delete(LoginFailure).where(mine))


async def _open(session: AsyncSession, user: User, address: str) -> SignedIn:
    await session.execute(delete(AuthSession).where(AuthSession.expires_at <= now()))
    token, public_id = secrets.token_urlsafe(32), secrets.token_hex(8)
    session.add(
        AuthSession(
            public_id=public_id,
            token_hash=_hash(token),
            user_id=user.id,
            address=address[:64],
            expires_at=now() + SESSION_LASTS,
        )
    )
    who = principal(user, public_id, await composing.rights(session))
    return SignedIn(token, who, once=user.password_until is not None)


def _over(user: User) -> bool:
    return user.password_until is not None and user.password_until <= now()


def _hash(token: str) -> str:
    # tokens are random and long: a fast hash is enough
    return hashlib.sha256(token.encode()).hexdigest()
