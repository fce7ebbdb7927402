"""The menus as pictures: what callers walk through, with its problems and versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from agentdesk.admin.definitions import problems_of
from agentdesk.admin.page import page
from ivr.draw import draw_svg
from ivr.kinds import IVR_MENU
from mainline import definitions
from mainline.clock import now
from mainline.definitions import Version
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import ReadSession, allow

router = APIRouter(
    prefix="/admin/menus",
    dependencies=[allow(Permission.SEE_DEFINITIONS)],
    include_in_schema=False,
)
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_+-]{1,64}$")]


@router.get("")
async def overview(request: Request, session: ReadSession) -> HTMLResponse:
    """Every menu with the version in force."""
    found = [
        await definitions.current(session, IVR_MENU.name, name)
        for name in await definitions.names(session, IVR_MENU.name)
    ]
    return page(request, "menus.html", found=found)


@router.get("/{name}")
async def show(
    request: Request, session: ReadSession, name: Name, version: int | None = None
) -> HTMLResponse:
    """One menu drawn; a draft too, before it is published."""
    history = await definitions.history(session, IVR_MENU.name, name)
    in_force = definitions.in_force(history, now())
    shown = _chosen(history, version) if version is not None else in_force
    if shown is None:
        raise NotFound(name)
    problems = problems_of(IVR_MENU.name, shown.source)
    return page(
        request, "menu.html",
        name=name, history=history, shown=shown, in_force=in_force, problems=problems,
        now=now(),
        drawing=drawing_of(shown.source),
    )  # fmt: skip


def _chosen(history: list[Version], number: int) -> Version | None:
    return next((version for version in history if version.version == number), None)


def drawing_of(source: Any) -> Markup | None:
    """The picture; None when the shape is too wrong to be drawn. ``draw_svg`` escapes all texts."""
    try:
        tree = IVR_MENU.parse(source)
    except ValueError:
        return None
    return Markup(draw_svg(tree, current_locale()))  # noqa: S704 - escaped by draw_svg
