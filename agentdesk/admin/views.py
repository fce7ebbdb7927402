"""The administrator's pages."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from agentdesk.admin import (
    audit,
    definitions,
    editing,
    forms,
    health,
    imports,
    menus,
    prompts,
    rehearsing,
    roles,
    staff,
    webhooks,
)
from mainline.permissions import Permission
from mainline.web import allow

router = APIRouter(include_in_schema=False)


@router.get("/admin", dependencies=[allow(Permission.SEE_DEFINITIONS, Permission.SEE_HEALTH)])
async def home(_request: Request) -> RedirectResponse:
    """The first of the pages."""
    return RedirectResponse("/admin/menus", 303)


for part in (
    prompts,
    menus,
    editing,
    rehearsing,
    definitions,
    forms,
    staff,
    roles,
    audit,
    imports,
    health,
    webhooks,
):
    router.include_router(part.router)
