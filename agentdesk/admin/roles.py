"""Roles, composed from permissions: what each allows, who holds it, versions, back to one."""

from collections.abc import Awaitable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.page import page
from agentdesk.admin.role_words import GROUPS, WORDS, refusal_words
from crm.staff import composing
from crm.staff.kinds import COMPANY_ROLES
from crm.staff.roles import CODE, Role, Roles, house_name
from crm.staff.roles_api import by, version_now
from mainline import definitions
from mainline.definitions import COMPANY
from mainline.errors import MainlineError, NotFound
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import ReadSession, Who, WriteSession, allow

router = APIRouter(
    prefix="/admin/roles", dependencies=[allow(Permission.EDIT_ROLES)], include_in_schema=False
)
PATH: Final = "/admin/roles"
Code = Annotated[str, Path(pattern=CODE)]
Why = Annotated[str, Form(max_length=500)]
NAME_MAX: Final = 64


class RoleForm(BaseModel):
    """What the form sends; a role of the house keeps its name."""

    model_config = ConfigDict(extra="ignore")

    code: str = Field(pattern=CODE)
    zh: str = Field(default="", max_length=NAME_MAX)
    en: str = Field(default="", max_length=NAME_MAX)
    permission: list[Permission] = Field(default_factory=list, max_length=len(Permission))
    why: str = Field(default="", max_length=500)
    after: int = Field(default=0, ge=0, le=2**31 - 1)

    def role(self) -> Role:
        """In both languages; one name does for both."""
        name = house_name(self.code) or LocalizedText(
            zh=self.zh.strip() or self.en.strip() or self.code,
            en=self.en.strip() or self.zh.strip() or self.code,
        )
        return Role(code=self.code, name=name, permissions=tuple(dict.fromkeys(self.permission)))


@router.get("")
async def roles(request: Request, session: ReadSession) -> HTMLResponse:
    """All of them."""
    return await _list(request, session)


@router.get("/new")
async def new(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """A role of the company's own."""
    return await _form(request, session, who.permissions, None, RoleForm(code="own"), new=True)


@router.get("/{code}")
async def show(request: Request, session: ReadSession, who: Who, code: Code) -> HTMLResponse:
    """What it allows."""
    present = await composing.composed(session)
    if code not in present.rights():
        raise NotFound("role")
    return await _form(request, session, who.permissions, None, _as_form(present, code))


@router.post("")
async def compose(
    request: Request, session: WriteSession, who: Who, form: Annotated[RoleForm, Form()],
    new: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """In force with the next request, or the form again with what is in the way."""
    try:
        async with session.begin_nested():
            if new and form.code in await composing.rights(session):
                raise composing.CodeTaken
            await composing.put(
                session, form.role(), may=who.permissions, by=by(who), why=form.why,
                after=form.after or None,
            )  # fmt: skip
    except MainlineError as refused:
        return await _form(request, session, who.permissions, refused, form, new=new)
    return RedirectResponse(PATH, 303)


@router.post("/{code}/remove")
async def remove(
    request: Request, session: WriteSession, who: Who, code: Code, why: Why = ""
) -> Response:
    """A role of the company is no more; one of the house is as the house made it."""
    change = composing.remove(session, code, may=who.permissions, by=by(who), why=why)
    return await _changed(request, session, change)


@router.post("/versions/{number}/restore")
async def restore(
    request: Request, session: WriteSession, who: Who,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)], why: Why = "",
) -> Response:  # fmt: skip
    """All roles as that version had them."""
    change = composing.roll_back(session, number, may=who.permissions, by=by(who), why=why)
    return await _changed(request, session, change)


async def _changed(request: Request, session: AsyncSession, change: Awaitable[object]) -> Response:
    """The list, after the change or with the words why it was refused."""
    try:
        async with session.begin_nested():
            await change
    except MainlineError as refused:
        return await _list(request, session, refused)
    return RedirectResponse(PATH, 303)


def _as_form(present: Roles, code: str) -> RoleForm:
    name = present.named(code)
    return RoleForm(
        code=code, zh=name.zh, en=name.en, permission=sorted(present.rights()[code])
    )  # fmt: skip


async def _list(
    request: Request, session: AsyncSession, refused: MainlineError | None = None
) -> HTMLResponse:
    present = await composing.composed(session)
    past = await definitions.history(session, COMPANY_ROLES.name, COMPANY, limit=20)
    return page(
        request, "roles.html", refused.status if refused else 200,
        rights=present.rights(), names=names_of(present), holders=await composing.holders(session),
        composed={one.code for one in present.roles}, is_house=composing.is_house,
        words=WORDS, all=len(Permission), refused=refusal_words(refused),
        past=[one for one in past if one.published_at],
    )  # fmt: skip


def names_of(present: Roles) -> dict[str, str]:
    """Every role's name in the reader's language, by its code."""
    return {code: present.named(code).to(current_locale()) for code in present.rights()}


async def _form(
    request: Request, session: AsyncSession, may: frozenset[Permission],
    refused: MainlineError | None, form: RoleForm, *, new: bool = False,
) -> HTMLResponse:  # fmt: skip
    present = await composing.composed(session)
    before = present.rights().get(form.code, frozenset()) if not new else frozenset()
    values: dict[str, Any] = {"form": form, "new": new, "before": before, "may": may}
    return page(
        request, "role.html", refused.status if refused else 200, groups=GROUPS,
        is_house=composing.is_house(form.code) and not new, refused=refusal_words(refused),
        name=names_of(present).get(form.code, form.code),
        composed=present.role(form.code) is not None and not new,
        holders=(await composing.holders(session))[form.code] if not new else 0,
        version=await version_now(session), code_pattern=CODE.strip("^$"), **values,
    )  # fmt: skip
