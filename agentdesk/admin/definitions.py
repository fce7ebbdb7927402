"""What the company changes itself: look, draft, check, publish now or at a time, roll back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.page import page
from agentdesk.admin.text import TEXT_CHARS_MAX, difference, from_text, to_text
from agentdesk.admin.words import kind_words
from mainline import definitions, features
from mainline.clock import now
from mainline.definitions import DefinitionRefused, Problem, Version
from mainline.errors import Invalid, NotFound
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/admin/definitions", include_in_schema=False)
_see = allow(Permission.SEE_DEFINITIONS)
_edit = allow(Permission.EDIT_DEFINITIONS)
KindName = Annotated[str, Path(pattern=r"^[a-z_]{1,48}$")]
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_+-]{1,64}$")]


@dataclass(frozen=True, slots=True)
class Listed:
    """One definition in the list."""

    kind: str
    name: str
    in_force: Version


def _or_none(value: Any) -> Any:
    return value or None


Empty = BeforeValidator(_or_none)


class Draft(BaseModel):
    """What the form sends. ``after``: the newest version it was written after."""

    text: str = Field(max_length=TEXT_CHARS_MAX)
    why: str = Field(default="", max_length=500)
    after: Annotated[int | None, Empty] = None


class Act(BaseModel):
    """Publishing or rolling back, with the reason. ``at``: on the company's clock, or at once."""

    why: str = Field(default="", max_length=500)
    at: Annotated[datetime | None, Empty] = None
    view: Literal["text", "drawing", "forms"] = "text"
    """Where the form stood: there it goes on."""


@router.get("", dependencies=[_see])
async def overview(request: Request, session: ReadSession) -> HTMLResponse:
    """Every kind with its definitions and the version in force."""
    found = [
        Listed(kind, name, await definitions.current(session, kind, name))
        for kind in sorted(known_kinds())
        for name in await definitions.names(session, kind)
    ]
    open_ones = [name for name, kind in known_kinds().items() if not kind.guarded]
    return page(
        request, "definitions.html", kinds=sorted(open_ones, key=kind_words),
        found=[one for one in found if one.kind in open_ones],
    )  # fmt: skip


@router.get("/{kind}/{name}", dependencies=[_see])
async def show(
    request: Request, session: ReadSession, kind: KindName, name: Name, version: int | None = None
) -> HTMLResponse:
    """One definition: its text, its problems, its history."""
    return await _page(request, session, kind, name, version)


@router.post("/{kind}/{name}/check", dependencies=[_edit])
async def check(
    request: Request, session: ReadSession, kind: KindName, name: Name,
    form: Annotated[Draft, Form()],
) -> HTMLResponse:  # fmt: skip
    """What is wrong with this text, without keeping it."""
    try:
        found = await problems_now(session, kind, from_text(form.text))
    except Invalid as error:
        found = [Problem("error", "yaml", "", error.words, tuple(error.values.items()))]
    return page(request, "problems.html", problems=found)


@router.post("/{kind}/{name}", dependencies=[_edit])
async def save(
    session: WriteSession, who: Who, kind: KindName, name: Name, form: Annotated[Draft, Form()]
) -> RedirectResponse:
    """Keep the text as a draft; it may still have mistakes."""
    problems_of(kind, {})
    made = await definitions.draft(
        session, kind, name, from_text(form.text), author=who.name, why=form.why, after=form.after
    )
    return _back(kind, name, made.version)


@router.post("/{kind}/{name}/{version}/publish", dependencies=[_edit])
async def publish(
    request: Request, session: WriteSession, who: Who, kind: KindName, name: Name, version: int,
    form: Annotated[Act, Form()], settings: Config,
) -> Response:  # fmt: skip
    """Put a draft in force, for the next call or at a time; refused while it has errors."""
    at = form.at.replace(tzinfo=form.at.tzinfo or settings.zone) if form.at else None
    try:
        await definitions.publish(session, kind, name, version, by=who.name, why=form.why, at=at)
    except DefinitionRefused:
        return await _page(request, session, kind, name, version, status=422)
    return _back(kind, name, version, form.view)


@router.post("/{kind}/{name}/{version}/withdraw", dependencies=[_edit])
async def withdraw(
    session: WriteSession, who: Who, kind: KindName, name: Name, version: int,
    form: Annotated[Act, Form()],
) -> RedirectResponse:  # fmt: skip
    """A version that waits for its time becomes a draft again."""
    await definitions.withdraw(session, kind, name, version, by=who.name)
    return _back(kind, name, version, form.view)


@router.post("/{kind}/{name}/{version}/roll-back", dependencies=[_edit])
async def roll_back(
    session: WriteSession, who: Who, kind: KindName, name: Name, version: int,
    form: Annotated[Act, Form()],
) -> RedirectResponse:  # fmt: skip
    """Put an earlier version in force again."""
    made = await definitions.roll_back(session, kind, name, version, by=who.name, why=form.why)
    return _back(kind, name, made.version, form.view)


def known_kinds() -> dict[str, definitions.Kind[Any]]:
    """All kinds that the features register."""
    list(features.modules("kinds"))
    return definitions.kinds()


def problems_of(kind: str, body: Any) -> Sequence[Problem]:
    """Mistakes of a body; NotFound for a kind nobody registered."""
    if kind not in known_kinds():
        raise NotFound(kind)
    return definitions.kind_named(kind).problems(body)


async def problems_now(session: AsyncSession, kind: str, body: Any) -> Sequence[Problem]:
    """The same with the roles that the company has now."""
    if kind not in known_kinds():
        raise NotFound(kind)
    return await definitions.problems_now(session, kind, body)


def _back(kind: str, name: str, version: int, view: str = "text") -> RedirectResponse:
    drawn = view == "drawing" and kind == "ivr_menu"
    text = "forms" if view == "forms" else "definitions"
    page = f"/admin/menus/{name}" if drawn else f"/admin/{text}/{kind}/{name}"
    return RedirectResponse(f"{page}?version={version}", 303)


async def _page(
    request: Request, session: AsyncSession, kind: str, name: str, number: int | None,
    *, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    history = await definitions.history(session, kind, name)
    in_force = definitions.in_force(history, now())
    shown = _wanted(history, number) or in_force or (history[0] if history else None)
    body = shown.source if shown else {}
    problems = await problems_now(session, kind, body)
    return page(
        request, "definition.html", status,
        kind=kind, name=name, history=history, shown=shown, in_force=in_force, now=now(),
        text=to_text(body) if shown else "",
        problems=problems if shown else [],
        changes=difference(in_force.source, body) if in_force and shown else [],
    )  # fmt: skip


def _wanted(history: Sequence[Version], number: int | None) -> Version | None:
    if number is None:
        return None
    found = next((version for version in history if version.version == number), None)
    if found is None:
        raise NotFound(f"version {number}")
    return found
