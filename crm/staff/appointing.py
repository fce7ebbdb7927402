"""Who may take people on, give them roles and passwords, and let them go."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import composing
from crm.staff.models import User
from mainline.errors import MainlineError
from mainline.i18n import Text
from mainline.permissions import Permission, permitted

EVERYTHING: Final = frozenset(Permission)
"""What whoever sits at the machine itself may give."""
KEPT: Final = (Permission.ADMINISTER, Permission.EDIT_ROLES)
"""What somebody who signs in always holds."""


class LastAdministrator(MainlineError):
    """Nobody would be left who could give roles."""

    code = "staff-last-administrator"
    words = Text("Nobody who signs in could administer the staff or the roles any more.")


class MayDoMore(MainlineError):
    """Whoever gives a password or a sign-in could use it."""

    code = "staff-may-do-more"
    status = 403
    words = Text("This person may do what you may not yourself: %(permissions)s.")

    def __init__(self, foreign: Iterable[Permission]) -> None:
        self.foreign = sorted(foreign)
        super().__init__(permissions=", ".join(self.foreign))


async def check_gift(
    session: AsyncSession, before: Iterable[str], after: Collection[str], may: frozenset[Permission]
) -> None:
    """Roles there are, and nothing in them that the giver does not hold."""
    await composing.check_known(session, after)
    rights = await composing.rights(session)
    foreign = permitted(after, rights) - permitted(before, rights) - may
    if foreign:
        raise composing.NotHeldYourself(foreign)


async def check_reach(session: AsyncSession, user: User, may: frozenset[Permission]) -> None:
    """Nobody opens a sign-in that may do more than they may themselves."""
    foreign = permitted(user.roles, await composing.rights(session)) - may
    if foreign:
        raise MayDoMore(foreign)


async def check_somebody_stays(session: AsyncSession, user: User, roles: Collection[str]) -> None:
    """``roles``: what this person holds from now on. Asked under the lock of ``everybody``."""
    if not user.active:
        return
    rights = await composing.rights(session)
    lost = permitted(user.roles, rights) - permitted(roles, rights)
    others = [held for login, held in (await composing.everybody(session)) if login != user.login]
    for each in KEPT:
        if each in lost and not any(each in permitted(held, rights) for held in others):
            raise LastAdministrator
