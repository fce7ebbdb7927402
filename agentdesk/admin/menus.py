"""The menus as pictures: what callers walk through, with its problems and versions."""

import json
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from agentdesk.admin.definitions import problems_of
from agentdesk.admin.page import page
from ivr.compare import changes
from ivr.draw import Look, draw_svg
from ivr.kinds import IVR_MENU
from ivr.layout import HOW_NAMES
from mainline import definitions
from mainline.clock import now
from mainline.definitions import Version
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, allow

router = APIRouter(
    prefix="/admin/menus",
    dependencies=[allow(Permission.SEE_DEFINITIONS)],
    include_in_schema=False,
)
DAYS_SHOWN: Final = 7
"""So many days of callers are counted unless others are asked for."""
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_+-]{1,64}$")]


@router.get("")
async def overview(request: Request, session: ReadSession) -> HTMLResponse:
    """Every menu with the version in force."""
    names = await definitions.names(session, IVR_MENU.name)
    return page(
        request, "menus.html",
        found=[await definitions.current(session, IVR_MENU.name, name) for name in names],
        drafts=await definitions.unpublished(session, IVR_MENU.name),
    )  # fmt: skip


@router.get("/{name}")
async def show(
    request: Request,
    session: ReadSession,
    settings: Config,
    name: Name,
    version: int | None = None,
) -> HTMLResponse:
    """One menu drawn, to be edited; a draft too, before it is published."""
    history = await definitions.history(session, IVR_MENU.name, name)
    in_force = definitions.in_force(history, now())
    shown = _chosen(history, version) if version is not None else in_force or _newest(history)
    if shown is None:
        raise NotFound(name)
    drawing, today = drawing_of(shown.source), now().astimezone(settings.zone).date()
    compared = drawing is not None and in_force is not None
    return page(
        request, "menu.html",
        name=name, history=history, shown=shown, in_force=in_force, now=now(),
        problems=problems_of(IVR_MENU.name, shown.source), nodes=(), drawing=drawing,
        plain=plain(shown.source), hows=HOW_NAMES, until=today,
        since=today - timedelta(days=DAYS_SHOWN - 1),
        changes=changes(in_force.source, shown.source) if compared and in_force else [],
    )  # fmt: skip


def _chosen(history: list[Version], number: int) -> Version | None:
    return next((version for version in history if version.version == number), None)


def _newest(history: list[Version]) -> Version | None:
    return history[0] if history else None


def plain(source: Any) -> Markup:
    """The tree for the page's script, in its own order, which a template's filter would lose."""
    return Markup(json.dumps(source, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704


def drawing_of(source: Any) -> Markup | None:
    """The picture; None when the shape is too wrong to be drawn. ``draw_svg`` escapes all texts."""
    try:
        tree = IVR_MENU.parse(source)
    except ValueError:
        return None
    look = Look(choosing=True)
    return Markup(draw_svg(tree, current_locale(), look))  # noqa: S704 - escaped by draw_svg
