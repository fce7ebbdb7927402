"""The company composes its roles: in force with the next request, and only within the rules."""

from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from typing import Final, cast

from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.kinds import COMPANY_ROLES
from crm.staff.models import ApiToken, User
from crm.staff.roles import Role, Roles, granted, holding, vanished
from mainline import definitions, features
from mainline.clock import now
from mainline.definitions import COMPANY, Version
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import in_turn
from mainline.permissions import ROLES, Permission, Rights

NOTHING: Final = Roles()
PLACES_TOLD: Final = 5


class RoleInUse(MainlineError):
    """Somebody holds it."""

    code = "role-in-use"
    words = Text(
        "%(count)s people or programs hold the role %(role)s. Give them another one first."
    )


class RoleNamed(MainlineError):
    """Something that counts, or waits for its time, goes by it."""

    code = "role-named"
    words = Text("It is still needed where it is named: %(places)s. Change that first.")


class NotHeldYourself(MainlineError):
    """Nobody grants what they do not hold."""

    code = "role-not-held"
    status = 403
    words = Text("You cannot grant what you do not hold yourself: %(permissions)s.")

    def __init__(self, foreign: frozenset[Permission]) -> None:
        self.foreign = sorted(foreign)
        super().__init__(permissions=", ".join(self.foreign))


class CodeTaken(MainlineError):
    """A new role has a new code."""

    code = "role-taken"
    words = Text("There is a role with this code already.")


class NobodyEdits(MainlineError):
    """Somebody who signs in has to be able to edit roles."""

    code = "role-last-editor"
    words = Text("After that nobody who signs in could edit roles any more.")


class NobodyAdministers(MainlineError):
    """Somebody who signs in has to be able to give roles to people."""

    code = "role-last-administrator"
    words = Text("After that nobody who signs in could administer the staff any more.")


class ReasonNeeded(Invalid):
    """Who may do more from now on is a change that has a reason."""

    code = "role-reason"
    words = Text("Please say why.")


async def composed(session: AsyncSession) -> Roles:
    """What the company composed; nothing: the house's own roles stand as they are."""
    return await definitions.rules(session, COMPANY_ROLES, NOTHING)


def rights_text() -> ScalarSelect[str]:
    """What the company composed, within another statement that binds the moment as ``at``."""
    return definitions.text_in_force(COMPANY_ROLES.name, COMPANY)


def rights_in(text: str | None) -> Rights:
    """What each role allows by that text; without one the house's own roles stand."""
    return ROLES if text is None else _rights(text)


@lru_cache(maxsize=16)
def _rights(text: str) -> Rights:
    return cast(Roles, definitions.parsed(COMPANY_ROLES.name, text)).rights()


async def rights(session: AsyncSession) -> Rights:
    """What each role allows now."""
    return (await composed(session)).rights()


async def check_known(session: AsyncSession, roles: Collection[str]) -> None:
    """Refuse roles that there are not, and no role at all."""
    known = await rights(session)
    if not roles or not set(roles) <= set(known):
        raise Invalid(f"roles: {', '.join(known)}")


async def put(
    session: AsyncSession, role: Role, *, may: frozenset[Permission], by: str, why: str,
    after: int | None = None,
) -> Version:  # fmt: skip
    """Compose a role, new or otherwise than before; ``may``: what whoever does it holds."""
    await _alone(session)
    wanted = (await composed(session)).with_role(role)
    return await _publish(session, wanted, may=may, by=by, why=why, after=after)


async def remove(
    session: AsyncSession, code: str, *, may: frozenset[Permission], by: str, why: str,
    after: int | None = None,
) -> Version:  # fmt: skip
    """A role of the company is no more; one of the house is as the house made it."""
    await _alone(session)
    present = await composed(session)
    if present.role(code) is None:
        raise NotFound("role")
    wanted = present.without(code)
    return await _publish(session, wanted, may=may, by=by, why=why, after=after)


async def roll_back(
    session: AsyncSession, to: int, *, may: frozenset[Permission], by: str, why: str
) -> Version:
    """An earlier version again, within the same rules."""
    await _alone(session)
    old = await definitions.version(session, COMPANY_ROLES.name, COMPANY, to)
    if old.published_at is None:
        raise NotFound("version")
    return await _publish(session, old.body, may=may, by=by, why=why)


async def _alone(session: AsyncSession) -> None:
    """Nobody gives roles, and nobody names one, until we are through."""
    await everybody(session)
    await in_turn(session)


async def _publish(
    session: AsyncSession, wanted: Roles, *, may: frozenset[Permission], by: str, why: str,
    after: int | None = None,
) -> Version:  # fmt: skip
    if not why.strip():
        raise ReasonNeeded
    before, later = await rights(session), wanted.rights()
    _check_grants(before, later, may)
    await _check_use(session, vanished(before, later))
    await _check_editors(session, before, later)
    await _check_named(session, before, later)
    name, body = COMPANY_ROLES.name, wanted.model_dump(mode="json")
    made = await definitions.draft(
        session, name, COMPANY, body, author=by, why=why.strip(), after=after, guard_passed=True
    )
    return await definitions.publish(
        session, name, COMPANY, made.version, by=by, why=why.strip(), guard_passed=True
    )


def _check_grants(before: Rights, later: Rights, may: frozenset[Permission]) -> None:
    foreign = frozenset().union(*granted(before, later).values()) - may
    if foreign:
        raise NotHeldYourself(foreign)


async def _check_use(session: AsyncSession, gone: frozenset[str]) -> None:
    held = await holders(session) if gone else Counter()
    for code in sorted(gone):
        if held[code]:
            raise RoleInUse(role=code, count=held[code])


async def _check_named(session: AsyncSession, before: Rights, later: Rights) -> None:
    list(features.modules("kinds"))  # everything that could name a role
    places = await definitions.broken_by(session, before, later)
    if gone := vanished(before, later):
        for module in features.modules("role_names"):
            places += await module.named(session, gone)
    if places:
        raise RoleNamed(places="; ".join(places[:PLACES_TOLD]))


async def _check_editors(session: AsyncSession, before: Rights, later: Rights) -> None:
    people = dict(await everybody(session))
    if not holding(Permission.EDIT_ROLES, later, people):
        raise NobodyEdits
    administer = Permission.ADMINISTER
    if holding(administer, before, people) and not holding(administer, later, people):
        raise NobodyAdministers


async def everybody(session: AsyncSession) -> list[tuple[str, list[str]]]:
    """Sign-in and roles of everybody who may sign in; who else changes them waits for us."""
    wanted = select(User.login, User.roles).where(User.active).order_by(User.id)
    return [(login, roles) for login, roles in await session.execute(wanted.with_for_update())]


async def holders(session: AsyncSession) -> "Counter[str]":
    """How many people and programs hold each role."""
    found: Counter[str] = Counter()
    for roles in await session.scalars(select(User.roles).where(User.active)):
        found.update(set(roles))
    live = ApiToken.revoked_at.is_(None), (
        ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now())
    )  # fmt: skip
    found.update(await session.scalars(select(ApiToken.role).where(*live)))
    return found


def is_house(code: str) -> bool:
    """Whether the house knows this role by itself: it is composed otherwise, never removed."""
    return code in ROLES
