"""``/api/staff``: people who sign in; taken on, roles, let go, taken back, passwords for once."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff import queries, service
from crm.staff.roles import CODE
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, WriteSession, allow, cursor, position

router = APIRouter(prefix="/staff", tags=["staff"], dependencies=[allow(Permission.ADMINISTER)])
Login = Annotated[str, Path(pattern=service.LOGIN)]
Code = Annotated[str, Field(pattern=CODE)]
Roles = Annotated[frozenset[Code], Field(max_length=60)]
LIMIT = 100


class PersonRead(BaseModel):
    """Somebody who signs in, or did."""

    model_config = ConfigDict(from_attributes=True)

    login: str
    name: str
    roles: list[str]
    agent_number: str | None
    team: str
    branch: str
    active: bool
    password_until: AwareDatetime | None
    """Until when a password for once waits for its owner; null: the password is their own."""


class PersonWrite(BaseModel):
    """Somebody new."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(pattern=service.LOGIN)
    name: str = Field(min_length=1, max_length=64, pattern=r"\S")
    roles: Roles
    agent_number: str | None = Field(default=None, pattern=service.NUMBER)
    team: str = Field(default="", max_length=32)
    branch: str = Field(default="", max_length=24)


class RolesWrite(BaseModel):
    """These and no others. ``seen``: the roles of before, so that nobody's change is undone."""

    model_config = ConfigDict(extra="forbid")

    roles: Roles
    why: str = Field(default="", max_length=500)
    seen: Roles | None = None


class Because(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(default="", max_length=500)


class Password(BaseModel):
    """Good for once: whoever signs in with it chooses an own one first. Told only now."""

    password: str


class PersonMade(Password):
    """Somebody new, with the password for once."""

    person: PersonRead


@router.get("")
async def list_people(
    session: ReadSession,
    q: Annotated[str, Query(max_length=64)] = "",
    role: Annotated[str, Query(max_length=32)] = "",
    active: bool | None = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[PersonRead]:
    """By login; ``q`` is a part of login, name, agent number or team."""
    last = position(after, 1) or [""]
    wanted = queries.Who(q, role, active)
    found = await queries.people(session, wanted, after=str(last[0]), limit=LIMIT)
    more = cursor(found[-1].login) if len(found) == LIMIT else None
    return Page(items=[PersonRead.model_validate(one) for one in found], next=more)


@router.post("", status_code=201)
async def take_on(body: PersonWrite, session: WriteSession, who: Who) -> PersonMade:
    """Take somebody on."""
    person = body.model_dump(exclude={"roles"})
    roles = sorted(body.roles)
    user, once = await service.take_on(session, may=who.permissions, roles=roles, **person)
    return PersonMade(person=PersonRead.model_validate(user), password=once)


@router.get("/{login}")
async def read_person(login: Login, session: ReadSession) -> PersonRead:
    """One of them."""
    return await _read(session, login)


@router.put("/{login}/roles")
async def set_person_roles(
    login: Login, body: RolesWrite, session: WriteSession, who: Who
) -> PersonRead:
    """Other roles, from the next request on."""
    await service.set_roles(
        session, login, body.roles, why=body.why, may=who.permissions, seen=body.seen
    )
    return await _read(session, login)


@router.post("/{login}/let-go")
async def let_go(login: Login, body: Because, session: WriteSession) -> PersonRead:
    """Nobody signs in as this person any more; every session of theirs is over."""
    await service.let_go(session, login, why=body.why)
    return await _read(session, login)


@router.post("/{login}/take-back")
async def take_back(login: Login, body: Because, session: WriteSession, who: Who) -> PersonRead:
    """The person may sign in again."""
    await service.take_back(session, login, why=body.why, may=who.permissions)
    return await _read(session, login)


@router.post("/{login}/password")
async def give_password(login: Login, session: WriteSession, who: Who) -> Password:
    """A new password for once; every session of this person is over."""
    return Password(password=await service.give_password(session, login, may=who.permissions))


async def _read(session: AsyncSession, login: str) -> PersonRead:
    return PersonRead.model_validate(await service.by_login(session, login))
