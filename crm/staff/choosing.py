"""Somebody chooses a password of their own."""

import asyncio

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import auth
from crm.staff.events import StaffPasswordChosen, staff_subject
from crm.staff.models import AuthSession, User
from crm.staff.passwords import LENGTH_MAX, LENGTH_MIN, fits, hashed
from crm.staff.service import WeakPassword
from mainline.acting import actor
from mainline.db import Database
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append


class WrongPresent(MainlineError):
    """Who sits at an open page is not yet its owner."""

    code = "password-present-wrong"
    words = Text("The present password is wrong.")


class SamePassword(MainlineError):
    """It would stay known to whoever gave it."""

    code = "password-same"
    words = Text("The new password is the present one. Please choose another.")


async def choose_password(
    database: Database, user_id: int, *, present: str, wanted: str, session_id: str, address: str
) -> None:
    """From now on only this one counts; every other session of this person ends.

    Guessing the present one is counted like guessing at sign-in.
    """
    if not LENGTH_MIN <= len(wanted) <= LENGTH_MAX:
        raise WeakPassword
    async with database.unit_of_work() as session:
        user = await _user(session, user_id)
        attempt = await auth.count_attempt(session, user.login, address)
        known, login = user.password_hash, user.login
    if not await fits(known, present):
        raise WrongPresent
    if present == wanted:
        raise SamePassword
    kept = await asyncio.to_thread(hashed, wanted)
    async with database.unit_of_work() as session:
        user = await _user(session, user_id)
        if user.password_hash != known:  # somebody gave another one meanwhile
            raise WrongPresent
        user.password_hash, user.password_until = kept, None
        await _end_others(session, user_id, session_id)
        await auth.forgive(session, login, attempt)
        subject = staff_subject(login)
        await append(session, StaffPasswordChosen(subject=subject, by=actor().by, user_id=user_id))


async def _user(session: AsyncSession, user_id: int) -> User:
    user = await session.scalar(select(User).where(User.id == user_id, User.active))
    if user is None:
        raise NotFound("user")
    return user


async def _end_others(session: AsyncSession, user_id: int, session_id: str) -> None:
    others = AuthSession.user_id == user_id, AuthSession.public_id != session_id
    await session.execute(delete(AuthSession).where(*others))
