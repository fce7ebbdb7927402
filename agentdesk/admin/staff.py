"""Who works here: taken on, roles, place, password for once, let go and taken back."""

from collections.abc import Awaitable
from contextlib import suppress
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.page import page
from agentdesk.admin.role_words import refusal_words
from agentdesk.admin.roles import names_of
from crm.areas import queries as areas
from crm.catalog import service as catalog
from crm.staff import composing, queries, service
from crm.staff.models import AgentState, User, UserQueue
from crm.staff.roles import CODE
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text, current_locale
from mainline.permissions import Permission, permitted
from mainline.web import ReadSession, Who, WriteSession, allow, cursor, position

PATH: Final = "/admin/staff"
router = APIRouter(
    prefix=PATH, dependencies=[allow(Permission.ADMINISTER)], include_in_schema=False
)
Login = Annotated[str, Path(pattern=service.LOGIN)]
Why = Annotated[str, Form(max_length=500)]
Codes = list[Annotated[str, Field(pattern=CODE)]]
LIMIT: Final = 100
WORKPLACES: Final = {
    "centre": Text("in the centre"), "branch": Text("in a branch"), "home": Text("at home"),
}  # fmt: skip


class Place(BaseModel):
    """Name and place, as the form sends them."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(default="", max_length=64, pattern=r"\S")
    team: str = Field(default="", max_length=32)
    branch: str = Field(default="", max_length=24)
    workplace: service.Workplace = "centre"
    skills: str = Field(default="", max_length=400)
    queue: list[Annotated[str, Field(max_length=32)]] = Field(default_factory=list, max_length=60)

    def fields(self) -> dict[str, Any]:
        """As the books keep them."""
        kept = self.model_dump(exclude={"skills", "queue"})
        return {**kept, "name": self.name.strip(), "skills": sorted(set(self.skills.split()))}


class Newcomer(BaseModel):
    """Somebody to be taken on."""

    model_config = ConfigDict(extra="ignore")

    login: str = Field(default="", pattern=service.LOGIN)
    name: str = Field(default="", max_length=64, pattern=r"\S")
    agent_number: str = Field(default="", pattern=r"^([0-9]{3,5})?$")
    role: Codes = Field(default_factory=list, max_length=60)


@router.get("")
async def staff(
    request: Request,
    session: ReadSession,
    q: Annotated[str, Query(max_length=64)] = "",
    role: Annotated[str, Query(max_length=32)] = "",
    state: Annotated[str, Query(pattern="^(|in|gone)$")] = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Everybody who fits, by sign-in."""
    wanted = queries.Who(q, role, {"": None, "in": True, "gone": False}[state])
    last = position(after, 1) or [""]
    users = await queries.people(session, wanted, after=str(last[0]), limit=LIMIT)
    asked = {"q": q, "role": role, "state": state}
    more = cursor(users[-1].login) if len(users) == LIMIT else ""
    return page(
        request, "staff.html", users=users, names=names_of(await composing.composed(session)),
        states={row.number: row for row in await session.scalars(select(AgentState))},
        queues=await _queues(session), labels=await _queue_labels(session),
        teams=await _team_names(session), asked=asked,
        more=urlencode({**asked, "after": more}) if more else "",
    )  # fmt: skip


@router.get("/new")
async def new(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """The form for somebody new."""
    return await _newcomer(request, session, who.permissions)


@router.post("")
async def take_on(
    request: Request, session: WriteSession, who: Who, form: Annotated[Newcomer, Form()]
) -> Response:
    """The person's page with the password that is shown once, or the form again."""
    try:
        async with session.begin_nested():
            user, once = await service.take_on(
                session, may=who.permissions, login=form.login, name=form.name.strip(),
                roles=form.role, agent_number=form.agent_number or None,
            )  # fmt: skip
    except MainlineError as refused:
        return await _newcomer(request, session, who.permissions, refused, form)
    return await _person(request, session, who.permissions, user, once=once)


@router.get("/person/{login}")
async def show(request: Request, session: ReadSession, who: Who, login: Login) -> HTMLResponse:
    """Somebody: roles, place, sign-in."""
    return await _person(request, session, who.permissions, await service.by_login(session, login))


@router.post("/person/{login}/roles")
async def set_roles(
    request: Request, session: WriteSession, who: Who, login: Login,
    role: Annotated[Codes, Form(max_length=60)] = [],  # noqa: B006 - FastAPI copies it
    seen: Annotated[str, Form(max_length=2000)] = "", why: Why = "",
) -> Response:  # fmt: skip
    """Other roles, from the next request on."""
    change = service.set_roles(
        session, login, role, why=why.strip(), may=who.permissions, seen=seen.split()
    )
    return await _changed(request, session, who.permissions, login, change)


@router.post("/person/{login}/place")
async def set_place(
    request: Request, session: WriteSession, who: Who, login: Login, form: Annotated[Place, Form()]
) -> Response:
    """Name, team, branch, skills, queues."""
    change = service.change(session, login, queues=form.queue, **form.fields())
    return await _changed(request, session, who.permissions, login, change)


@router.post("/person/{login}/let-go")
async def let_go(
    request: Request, session: WriteSession, who: Who, login: Login, why: Why = ""
) -> Response:
    """Out at once, with every session and the telephone."""
    change = service.let_go(session, login, why=why.strip())
    return await _changed(request, session, who.permissions, login, change)


@router.post("/person/{login}/take-back")
async def take_back(
    request: Request, session: WriteSession, who: Who, login: Login, why: Why = ""
) -> Response:
    """In again."""
    change = service.take_back(session, login, why=why.strip(), may=who.permissions)
    return await _changed(request, session, who.permissions, login, change)


@router.post("/person/{login}/password")
async def give_password(
    request: Request, session: WriteSession, who: Who, login: Login
) -> Response:
    """The page with a password for once; nobody ever sees it again."""
    user, once, refused = await service.by_login(session, login), "", None
    try:
        async with session.begin_nested():
            once = await service.give_password(session, login, may=who.permissions)
    except MainlineError as why:
        refused = why
    return await _person(request, session, who.permissions, user, once=once, refused=refused)


async def _changed(
    request: Request, session: AsyncSession, may: frozenset[Permission], login: str,
    change: Awaitable[None],
) -> Response:  # fmt: skip
    try:
        async with session.begin_nested():
            await change
    except MainlineError as refused:
        user = await service.by_login(session, login)
        return await _person(request, session, may, user, refused=refused)
    return RedirectResponse(f"{PATH}/person/{login}", 303)


async def _newcomer(
    request: Request, session: AsyncSession, may: frozenset[Permission],
    refused: MainlineError | None = None, form: Newcomer | None = None,
) -> HTMLResponse:  # fmt: skip
    form = form or Newcomer.model_construct(login="", name="", agent_number="", role=[])
    return page(
        request, "newcomer.html", refused.status if refused else 200, form=form,
        refused=refusal_words(refused), **await _choice(session, (), may),
    )  # fmt: skip


async def _person(
    request: Request, session: AsyncSession, may: frozenset[Permission], user: User, *,
    once: str = "", refused: MainlineError | None = None,
) -> HTMLResponse:  # fmt: skip
    served = (await _queues(session)).get(user.id, [])
    labels = await _queue_labels(session)
    return page(
        request, "person.html", refused.status if refused else 200, user=user, once=once,
        served=served, all_queues={**{one: one for one in served}, **labels},
        branches=await areas.branches(session), teams=await _team_names(session),
        workplaces=WORKPLACES, refused=refusal_words(refused),
        **await _choice(session, user.roles, may),
    )  # fmt: skip


async def _choice(
    session: AsyncSession, held: list[str] | tuple[str, ...], may: frozenset[Permission]
) -> dict[str, Any]:
    """All roles with their names, and those that whoever asks cannot give this person."""
    present = await composing.composed(session)
    rights = present.rights()
    mine = may | permitted(held, rights)
    beyond = {code for code, allowed in rights.items() if not allowed <= mine}
    return {"names": names_of(present), "beyond": beyond}


async def _queue_labels(session: AsyncSession) -> dict[str, str]:
    with suppress(NotFound):  # nothing was ever published
        known = await catalog.queues(session)
        return {one.name: one.label.to(current_locale()) for one in known}
    return {}


async def _team_names(session: AsyncSession) -> dict[str, str]:
    """Of the teams that take orders; others are called as they are written."""
    with suppress(NotFound):
        teams = (await catalog.work_order_types(session)).body.teams
        return {code: name.to(current_locale()) for code, name in teams.items()}
    return {}


async def _queues(session: AsyncSession) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in await session.scalars(select(UserQueue).order_by(UserQueue.queue)):
        found.setdefault(row.user_id, []).append(row.queue)
    return found
