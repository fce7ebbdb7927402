"""What people are known by: orders, positions and the history keep names, so each is one person's.

Asked in turn (``mainline.journal.in_turn``): of two who ask at once the second sees the first.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.models import User
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text


class LoginTaken(MainlineError):
    """Somebody has this login or agent number."""

    code = "login-taken"
    words = Text("The user name or agent number is taken.")


class NameTaken(MainlineError):
    """Orders, positions and the history know people by their name: each one's is their own."""

    code = "staff-name-taken"
    words = Text(
        "Somebody who works or worked here is known as %(name)s already, and orders know people by "
        "their name. Add a distinguishing mark, such as %(name)s (east)."
    )


def tidy(name: str) -> str:
    """Without space around it, as long as its column."""
    if not name.strip():
        raise Invalid("name")
    return name.strip()[:64].strip()


async def check_free(session: AsyncSession, login: str, agent_number: str | None) -> None:
    """Neither the one nor the other means somebody else, gone or not."""
    mine = {one for one in (login, agent_number) if one}  # IS NULL: all without a telephone
    taken = (User.login == login) | User.agent_number.in_(mine) | User.name.in_(mine)
    if await session.scalar(select(User.id).where(taken).limit(1)) is not None:
        raise LoginTaken


async def check_name(session: AsyncSession, name: str, user: User | None = None) -> None:
    """Nobody else is or was known so: who is gone left orders and a history under that name."""
    known = (User.name == name) | (User.login == name) | (User.agent_number == name)
    others = select(User.id).where(known, User.id != (user.id if user else 0))
    if await session.scalar(others.limit(1)) is not None:
        raise NameTaken(name=name)
