"""People: take on, change, let go."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.auth import sign_out_everywhere
from crm.staff.composing import check_known
from crm.staff.models import User, UserQueue
from crm.staff.passwords import LENGTH_MAX, LENGTH_MIN, hashed
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text

Workplace = Literal["centre", "branch", "home"]
WORKPLACES: Final = get_args(Workplace)


class LoginTaken(MainlineError):
    """Somebody has this login or agent number."""

    code = "login-taken"
    words = Text("The user name or agent number is taken.")


class WeakPassword(Invalid):
    """Too short, or too long to be hashed."""

    code = "weak-password"
    words = Text("The password must have 8 to 200 characters.")


async def add_user(
    session: AsyncSession,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[str],
    agent_number: str | None = None,
    station: Literal["softphone", "phone"] = "softphone",
    language: Literal["zh_CN", "en"] = "zh_CN",
    skills: Iterable[str] = (),
    queues: Mapping[str, int] | None = None,
    branch: str = "",
    workplace: Workplace = "centre",
    team: str = "",
) -> User:
    """Take somebody on. ``queues``: queue to penalty; ``branch``: code of an area of service."""
    _check(login, agent_number)
    await check_known(session, roles := list(roles))
    taken = User.login == login
    if agent_number is not None:  # None would be IS NULL: everybody without a telephone
        taken |= User.agent_number == agent_number
    if await session.scalar(select(User.id).where(taken)) is not None:
        raise LoginTaken
    user = User(
        login=login,
        name=name[:64],
        password_hash=_hashed(password),
        roles=roles,
        agent_number=agent_number,
        station=station,
        language=language,
        skills=list(skills),
        branch=branch[:24],
        workplace=workplace,
        team=team[:32],
    )
    session.add(user)
    await session.flush()
    await set_queues(session, user.id, queues or {})
    return user


async def set_password(session: AsyncSession, login: str, password: str) -> None:
    """Give a new password; all sessions of this person end."""
    user = await by_login(session, login)
    user.password_hash = _hashed(password)
    await sign_out_everywhere(session, user.id)


async def let_go(session: AsyncSession, login: str) -> None:
    """Nobody signs in as this person any more; what they did stays on record."""
    user = await by_login(session, login)
    user.active = False
    await sign_out_everywhere(session, user.id)


async def set_queues(session: AsyncSession, user_id: int, queues: Mapping[str, int]) -> None:
    """Answer these queues, with these penalties, and no others."""
    await session.execute(delete(UserQueue).where(UserQueue.user_id == user_id))
    session.add_all(
        UserQueue(user_id=user_id, queue=queue, penalty=penalty)
        for queue, penalty in queues.items()
    )
    await session.flush()


async def set_roles(session: AsyncSession, login: str, roles: Iterable[str]) -> None:
    """Hold these roles and no others, from the next request on."""
    user = await by_login(session, login)
    await check_known(session, wanted := sorted(set(roles)))
    user.roles = wanted


async def set_place(
    session: AsyncSession,
    login: str,
    *,
    team: str | None,
    skills: Iterable[str] | None,
    branch: str | None = None,
    workplace: str | None = None,
) -> None:
    """In which team and branch somebody is, where, with which skills; None leaves it as it is."""
    user = await by_login(session, login)
    if workplace not in {None, *WORKPLACES}:
        raise Invalid(f"workplace: {', '.join(WORKPLACES)}")
    if branch is not None:
        user.branch = branch[:24]
    user.workplace = workplace or user.workplace
    if team is not None:
        user.team = team[:32]
    if skills is not None:
        user.skills = sorted(set(skills))


async def set_auto_answer(session: AsyncSession, agent: str, *, on: bool) -> None:
    """Whether the softphone of this agent answers by itself."""
    user = await session.scalar(select(User).where(User.agent_number == agent))
    if user is None:
        raise NotFound("agent")
    user.auto_answer = on


async def by_login(session: AsyncSession, login: str) -> User:
    """The person with this login."""
    user = await session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound("user")
    return user


def _check(login: str, agent_number: str | None) -> None:
    if not (login.isascii() and login.replace("-", "").replace(".", "").isalnum()):
        raise Invalid("login")
    if agent_number is not None and not (
        agent_number.isascii() and agent_number.isdigit() and len(agent_number) in range(3, 6)
    ):
        raise Invalid("agent number")


def _hashed(password: str) -> str:
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise WeakPassword
    return hashed(password)
