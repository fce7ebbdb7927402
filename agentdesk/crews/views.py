"""``/dispatch``: columns of open orders, people, the map; everything else comes from the API."""

import json
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from agentdesk.crews.words import texts
from agentdesk.shell import render
from mainline.permissions import Permission
from mainline.web import Config, allow

router: Final = APIRouter(prefix="/dispatch", include_in_schema=False)


@router.get("", dependencies=[allow(Permission.DISPATCH)])
async def page(request: Request, config: Config) -> HTMLResponse:
    """The board; a live stream renews it."""
    told = json.dumps(texts(), ensure_ascii=False)
    return render(request, "crews/board.html", texts=told, zone=config.timezone)
