"""``/field``: the page, what installs it, and what keeps it when the network is gone."""

import hashlib
import json
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from agentdesk.desks import HERE
from agentdesk.field.words import texts
from agentdesk.shell import render
from mainline.i18n import Text, _
from mainline.permissions import Permission
from mainline.web import Config, Who, allow, public

router = APIRouter(prefix="/field", include_in_schema=False)
STATIC: Final = HERE / "field" / "static"
SHARED: Final = ("elements.js", "icon.svg")
"""Of the files that all pages share, those that this one needs."""
POLICY: Final = "microphone=(self), camera=(self), geolocation=(self), payment=()"
NAME: Final = Text("My orders")


@router.get("", dependencies=[allow(Permission.WORK_IN_FIELD)])
async def page(request: Request, who: Who, config: Config) -> HTMLResponse:
    """The shell; everything in it is drawn from what the device has."""
    told = json.dumps(texts(), ensure_ascii=False)
    me = who.agent_number or who.name
    answer = render(request, "field/page.html", texts=told, me=me, zone=config.timezone)
    answer.headers["Permissions-Policy"] = POLICY
    return answer


@router.get("/manifest.webmanifest", dependencies=[public])
async def manifest() -> JSONResponse:
    """What a telephone needs to know to put it beside its other programs."""
    icon = {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JSONResponse(
        {
            "name": f"Mainline · {_(NAME)}", "short_name": _(NAME), "id": "/field",
            "start_url": "/field", "scope": "/field", "display": "standalone",
            "orientation": "portrait", "background_color": "#ffffff", "theme_color": "#0b3d4d",
            "icons": [icon],
        },
        media_type="application/manifest+json",
    )  # fmt: skip


@router.get("/worker.js", dependencies=[public])
async def worker() -> Response:
    """The service worker: another one as soon as any file of the page is another."""
    files = [f"/static/field/{path.name}" for path in sorted(STATIC.iterdir()) if _is_ours(path)]
    files += [f"/static/{name}" for name in SHARED]
    head = f"const VERSION = {json.dumps(_version())};\nconst FILES = {json.dumps(files)};\n"
    text = head + (STATIC / "worker.js").read_text("utf-8")
    return Response(text, media_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


def _is_ours(path: Path) -> bool:
    return path.suffix in {".js", ".css"} and path.name != "worker.js"


def _version() -> str:
    marked = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        marked.update(path.read_bytes())
    return marked.hexdigest()[:12]
