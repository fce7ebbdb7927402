"""Definitions edited as forms instead of text: drawn from their shape, checked while typing."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel, Field, ValidationError

from agentdesk.admin.comparing import Change, compared
from agentdesk.admin.definitions import KindName, Name, known_kinds, problems_now
from agentdesk.admin.form_words import PARTS, VALUES
from agentdesk.admin.page import fragment, page
from agentdesk.admin.roles import names_of
from agentdesk.panels.words import URGENCIES
from crm.catalog.fields import asked_at
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.catalog.work_order_types import WorkOrderTypes
from crm.staff import composing
from mainline import definitions
from mainline.clock import now
from mainline.definitions import Version
from mainline.errors import NotFound
from mainline.i18n import _
from mainline.permissions import Permission
from mainline.web import ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/admin/forms", include_in_schema=False)
_see = allow(Permission.SEE_DEFINITIONS)
_edit = allow(Permission.EDIT_DEFINITIONS)
CHANGES_MAX: Final = 200


class Asked(BaseModel):
    """The definition as the page has it, and which part is looked at."""

    body: dict[str, Any]
    part: str = Field(default="", max_length=64)
    against: int | None = None
    """The version to compare with; none: the one in force."""


class Kept(BaseModel):
    """A draft to keep. ``after``: the newest version its author had seen."""

    body: dict[str, Any]
    why: str = Field(default="", max_length=500)
    after: int


class Shown(BaseModel):
    """What the page shows beside the form."""

    problems: str
    preview: str
    changes: str
    errors: int


@router.get("/{kind}/{name}", dependencies=[_see])
async def show(
    request: Request, session: ReadSession, kind: KindName, name: Name,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:  # fmt: skip
    """One definition as a form; a draft too, before it is published."""
    if kind not in known_kinds():
        raise NotFound(kind)
    history = await definitions.history(session, kind, name)
    in_force = definitions.in_force(history, now())
    shown = _chosen(history, version) if version is not None else in_force or _first(history)
    if shown is None:
        raise NotFound(name)
    return page(
        request, "forms.html",
        kind=kind, name=name, history=history, shown=shown, in_force=in_force, now=now(),
        body=_plain(shown.source),
        schema=_plain(definitions.kind_named(kind).shape.model_json_schema()),
        words=_plain(_words()), roles=names_of(await composing.composed(session)),
    )  # fmt: skip


@router.post("/{kind}/{name}/look", dependencies=[_see])
async def look(
    request: Request, session: ReadSession, kind: KindName, name: Name, asked: Asked
) -> Shown:
    """What is wrong with it, how its form looks, and what differs; nothing is kept."""
    problems = await problems_now(session, kind, asked.body)
    history = await definitions.history(session, kind, name)
    other = (
        definitions.in_force(history, now())
        if asked.against is None
        else _chosen(history, asked.against)
    )
    changes = compared(other.source, asked.body) if other else []
    return Shown(
        problems=fragment(request, "form_problems.html", problems=problems),
        preview=_preview(request, kind, asked),
        changes=_told(request, changes, other),
        errors=sum(problem.level == "error" for problem in problems),
    )


@router.post("/{kind}/{name}/draft", dependencies=[_edit])
async def keep(
    session: WriteSession, who: Who, kind: KindName, name: Name, kept: Kept
) -> dict[str, int]:
    """Keep it as a draft; refused when somebody else has kept one meanwhile."""
    if kind not in known_kinds():
        raise NotFound(kind)
    made = await definitions.draft(
        session, kind, name, kept.body, author=who.name, why=kept.why, after=kept.after
    )
    return {"version": made.version}


def _told(request: Request, changes: Sequence[Change], other: Version | None) -> str:
    return fragment(
        request, "form_changes.html",
        changes=changes[:CHANGES_MAX], more=len(changes) > CHANGES_MAX,
        other=other.version if other else None,
    )  # fmt: skip


def _preview(request: Request, kind: str, asked: Asked) -> str:
    """The type of orders that is looked at, as people will fill it in."""
    if kind != WORK_ORDER_TYPES.name:
        return ""
    try:
        types = WorkOrderTypes.model_validate(asked.body)
        one = types.type(asked.part)
        steps = types.flows[one.flow]
    except (ValidationError, NotFound, KeyError):
        return ""
    actions = {way.action: way.label for step in steps for way in step.transitions}
    return fragment(
        request, "form_preview.html", one=one, types=types, steps=steps, actions=actions,
        urgencies=URGENCIES, asked=lambda moment: asked_at(one.fields, moment),
    )  # fmt: skip


def _words() -> dict[str, dict[str, str]]:
    return {
        "parts": {name: _(words) for name, words in PARTS.items()},
        "values": {name: _(words) for name, words in VALUES.items()},
    }


def _chosen(history: Sequence[Version], number: int) -> Version | None:
    return next((version for version in history if version.version == number), None)


def _first(history: Sequence[Version]) -> Version | None:
    return history[0] if history else None


def _plain(value: Any) -> Markup:
    """For the page's script, in its own order, which a template's filter would lose."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
