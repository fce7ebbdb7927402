"""``/api/roles``: what each role allows; composed from permissions, versions, back to one."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import composing
from crm.staff.kinds import COMPANY_ROLES
from crm.staff.roles import CODE, Role
from mainline import definitions
from mainline.clock import now
from mainline.definitions import COMPANY, Version
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/roles", tags=["roles"], dependencies=[allow(Permission.EDIT_ROLES)])
Code = Annotated[str, Path(pattern=CODE)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Why = Annotated[str, Field(max_length=500)]


class RoleRead(BaseModel):
    """A role. ``name`` is null where the house named it."""

    code: str
    name: LocalizedText | None
    house: bool
    permissions: list[Permission]
    holders: int
    """People who sign in, and programs."""


class RolesRead(BaseModel):
    """All roles now; ``version`` 0: the company has composed nothing yet."""

    version: int
    roles: list[RoleRead]


class RoleWrite(BaseModel):
    """What the role allows from now on. ``after``: the version that was seen."""

    model_config = ConfigDict(extra="forbid")

    name: LocalizedText
    permissions: frozenset[Permission] = Field(max_length=len(Permission))
    why: Why
    after: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    why: Why


class VersionRead(BaseModel):
    """A version that was put in force."""

    version: int
    by: str
    at: AwareDatetime
    why: str


@router.get("")
async def list_roles(session: ReadSession) -> RolesRead:
    """Every role with what it allows and how many hold it."""
    return await _all(session)


@router.get("/versions")
async def list_role_versions(session: ReadSession) -> Page[VersionRead]:
    """What was put in force, the newest first."""
    past = await definitions.history(session, COMPANY_ROLES.name, COMPANY)
    return Page(items=list(_versions(past)))


@router.put("/{code}")
async def compose_role(code: Code, body: RoleWrite, session: WriteSession, who: Who) -> RolesRead:
    """Compose a role, new or otherwise than before; in force with the next request."""
    role = Role(code=code, name=body.name, permissions=tuple(sorted(body.permissions)))
    await composing.put(
        session, role, may=who.permissions, by=by(who), why=body.why, after=body.after
    )
    return await _all(session)


@router.post("/{code}/remove")
async def remove_role(code: Code, body: Reason, session: WriteSession, who: Who) -> RolesRead:
    """The company's role is no more; the house's is as the house made it."""
    await composing.remove(session, code, may=who.permissions, by=by(who), why=body.why)
    return await _all(session)


@router.post("/versions/{number}/restore")
async def restore_roles(number: Number, body: Reason, session: WriteSession, who: Who) -> RolesRead:
    """All roles as that version had them, as a new version."""
    await composing.roll_back(session, number, may=who.permissions, by=by(who), why=body.why)
    return await _all(session)


def by(who: Principal) -> str:
    """Who did it, as lists name them."""
    return who.agent_number or who.name


async def version_now(session: AsyncSession) -> int:
    """The version in force; 0 for none."""
    past = await definitions.history(session, COMPANY_ROLES.name, COMPANY, limit=1)
    return past[0].version if past else 0


async def _all(session: AsyncSession) -> RolesRead:
    present, held = await composing.composed(session), await composing.holders(session)
    roles = [
        RoleRead(
            code=code, name=own.name if (own := present.role(code)) else None,
            house=composing.is_house(code), permissions=sorted(may), holders=held[code],
        )
        for code, may in present.rights().items()
    ]  # fmt: skip
    return RolesRead(version=await version_now(session), roles=roles)


def _versions(past: list[Version]) -> Iterator[VersionRead]:
    for one in past:
        if one.published_at is not None and not one.waits(now()):
            yield VersionRead(
                version=one.version, by=one.published_by or "", at=one.published_at, why=one.why
            )
