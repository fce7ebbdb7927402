"""People: take on, change, let go. Each change is a fact with who and when.

``may``: what whoever does it holds; the command line may do everything.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import naming
from crm.staff.appointing import EVERYTHING, check_gift, check_reach, check_somebody_stays
from crm.staff.auth import forgive, sign_out_everywhere
from crm.staff.composing import check_known, everybody
from crm.staff.events import (
    StaffChanged,
    StaffLetGo,
    StaffPasswordSet,
    StaffRolesChanged,
    StaffTakenBack,
    StaffTakenOn,
    staff_subject,
)
from crm.staff.models import User, UserQueue
from crm.staff.passwords import LENGTH_MAX, LENGTH_MIN, hashed, invented
from mainline.acting import actor, because
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append, in_turn
from mainline.permissions import Permission
from mainline.phone import PUBLIC_SERVICES

Workplace = Literal["centre", "branch", "home"]
WORKPLACES: Final = get_args(Workplace)
LOGIN: Final = r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$"
NUMBER: Final = r"^[0-9]{3,5}$"
ONCE_LASTS: Final = timedelta(days=3)
"""How long a password that somebody else gave waits for its owner."""
May = frozenset[Permission]


class ChangedMeanwhile(MainlineError):
    """Somebody else gave other roles since the page was opened."""

    code = "staff-changed-meanwhile"
    words = Text("Somebody has changed the roles in the meantime. Nothing was overwritten.")


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
    name = naming.tidy(name)
    hashed = _hashed(password)  # slow: before anybody waits for us
    await in_turn(session)  # nobody removes the roles meanwhile
    await check_known(session, roles := list(roles))
    await naming.check_free(session, login, agent_number)
    await naming.check_name(session, name)
    user = User(
        login=login,
        name=name,
        password_hash=hashed,
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


async def take_on(
    session: AsyncSession, *, password: str = "", may: May = EVERYTHING, **person: Any
) -> tuple[User, str]:
    """Take somebody on as ``add_user`` does, with a password for once if none is given.

    The person, and the password that was invented for them: it is told only now.
    """
    await check_gift(session, (), person["roles"], may)
    once = "" if password else invented()
    user = await add_user(session, password=password or once, **person)
    user.password_until = now() + ONCE_LASTS if once else None
    fact = StaffTakenOn(subject=staff_subject(user.login), by=_by(), roles=tuple(user.roles))
    await append(session, fact)
    return user, once


async def set_password(session: AsyncSession, login: str, password: str) -> None:
    """Give a password that stays; all sessions of this person end."""
    await _set_password(session, await by_login(session, login), password, once=False)


async def give_password(session: AsyncSession, login: str, *, may: May = EVERYTHING) -> str:
    """A new password for once, told only now: it opens the page where an own one is chosen."""
    user = await by_login(session, login)
    await check_reach(session, user, may)
    password = invented()
    await _set_password(session, user, password, once=True)
    return password


async def let_go(session: AsyncSession, login: str, *, why: str = "") -> None:
    """Nobody signs in as this person any more; what they did stays on record."""
    await everybody(session)
    user = await by_login(session, login)
    if not user.active:
        return
    await check_somebody_stays(session, user, ())
    user.active = False
    because(session, why)
    await sign_out_everywhere(session, user.id)
    subject = staff_subject(login)
    await append(session, StaffLetGo(subject=subject, by=_by(), user_id=user.id, why=why))


async def take_back(
    session: AsyncSession, login: str, *, why: str = "", may: May = EVERYTHING
) -> None:
    """The person may sign in again, with the roles and the password of before."""
    user = await by_login(session, login)
    if user.active:
        return
    await check_reach(session, user, may)
    await in_turn(session)  # of two doubles of old one comes back
    await naming.check_name(session, user.name, user)
    user.active = True
    because(session, why)
    await append(session, StaffTakenBack(subject=staff_subject(login), by=_by(), why=why))


async def set_queues(session: AsyncSession, user_id: int, queues: Mapping[str, int]) -> None:
    """Answer these queues, with these penalties, and no others."""
    await session.execute(delete(UserQueue).where(UserQueue.user_id == user_id))
    session.add_all(
        UserQueue(user_id=user_id, queue=queue, penalty=penalty)
        for queue, penalty in queues.items()
    )
    await session.flush()


async def set_roles(
    session: AsyncSession, login: str, roles: Iterable[str], *, why: str = "",
    may: May = EVERYTHING, seen: Iterable[str] | None = None,
) -> None:  # fmt: skip
    """Hold these roles and no others, from the next request on; ``seen``: those of the page."""
    await everybody(session)
    user, wanted = await by_login(session, login), sorted(set(roles))
    before = sorted(user.roles)
    if seen is not None and sorted(seen) != before:
        raise ChangedMeanwhile
    await check_gift(session, before, wanted, may)
    await check_somebody_stays(session, user, wanted)
    if wanted == before:
        return
    user.roles = wanted
    because(session, why)
    await append(
        session,
        StaffRolesChanged(
            subject=staff_subject(login), by=_by(), user_id=user.id, before=tuple(before),
            roles=tuple(wanted), why=why,
        ),
    )  # fmt: skip


async def change(
    session: AsyncSession, login: str, *, queues: Iterable[str] | None = None, **fields: Any
) -> None:
    """Name and place otherwise than before; ``fields``: columns; queues kept keep their penalty."""
    user = await by_login(session, login)
    if "name" in fields:
        fields["name"] = naming.tidy(fields["name"])
        await in_turn(session)  # nobody else is called so meanwhile
        if fields["name"] != user.name:
            await naming.check_name(session, fields["name"], user)
    changed = [name for name, value in fields.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, fields[name])
    if queues is not None and await _serve(session, user.id, set(queues)):
        changed.append("queues")
    if changed:
        fact = StaffChanged(subject=staff_subject(login), by=_by(), fields=tuple(sorted(changed)))
        await append(session, fact)


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
    if workplace not in {None, *WORKPLACES}:
        raise Invalid(f"workplace: {', '.join(WORKPLACES)}")
    given = {
        "branch": branch[:24] if branch is not None else None,
        "workplace": workplace or None,
        "team": team[:32] if team is not None else None,
        "skills": sorted(set(skills)) if skills is not None else None,
    }
    await change(
        session, login, **{name: value for name, value in given.items() if value is not None}
    )


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


async def _set_password(session: AsyncSession, user: User, password: str, *, once: bool) -> None:
    user.password_hash = _hashed(password)
    user.password_until = now() + ONCE_LASTS if once else None
    await sign_out_everywhere(session, user.id)
    await forgive(session, user.login)
    subject = staff_subject(user.login)
    await append(session, StaffPasswordSet(subject=subject, by=_by(), user_id=user.id, once=once))


async def _serve(session: AsyncSession, user_id: int, wanted: set[str]) -> bool:
    rows = await session.scalars(select(UserQueue).where(UserQueue.user_id == user_id))
    present = {row.queue: row.penalty for row in rows}
    if wanted == set(present):
        return False
    await set_queues(session, user_id, {one: present.get(one, 0) for one in sorted(wanted)})
    return True


def _by() -> str:
    return actor().by


def _check(login: str, agent_number: str | None) -> None:
    if not re.fullmatch(LOGIN, login):
        raise Invalid("login")
    if agent_number is None:
        return
    if not re.fullmatch(NUMBER, agent_number) or agent_number in PUBLIC_SERVICES:
        raise Invalid("agent number")


def _hashed(password: str) -> str:
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise WeakPassword
    return hashed(password)
