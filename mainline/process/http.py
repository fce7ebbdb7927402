"""``/health`` for load balancers and people, ``/metrics`` for Prometheus.

``/health`` is open: it names processes and ages, nothing of the business. ``/metrics`` tells how
many call and wait: for whoever may see health, and for a Prometheus on this very host.
"""

import ipaddress
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as DependsMarker
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from mainline.errors import Forbidden
from mainline.permissions import Permission
from mainline.process import metrics, probe
from mainline.process.health import Condition, Verdict, overall
from mainline.web import Config, ReadSession, principal, public

router = APIRouter(tags=["health"])
"""Mounted at the root, not under /api: therefore this module is not called ``api``."""

_DOWN: Final = 503
_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")


class ProcessOut(BaseModel):
    """How one process is."""

    name: str
    state: Condition
    age_s: float | None
    """Seconds since its last sign of life; null when there never was one."""
    up_s: float | None
    """Seconds since it started; null when it is not running or another host's."""


class HealthOut(BaseModel):
    """How everything is. ``down``: calls cannot be taken. ``degraded``: they can."""

    status: Verdict
    processes: list[ProcessOut]


@router.get("/health", dependencies=[public], responses={_DOWN: {"model": HealthOut}})
async def health(settings: Config, response: Response) -> HealthOut:
    """Every process, its state and its age. 503 when calls cannot be taken."""
    found = await probe.processes(settings)
    verdict = overall(found)
    response.headers["Cache-Control"] = "no-store"
    if verdict == "down":
        response.status_code = _DOWN
    listed = [
        ProcessOut(name=one.name, state=one.state, age_s=one.age_s, up_s=one.up_s) for one in found
    ]
    return HealthOut(status=verdict, processes=listed)


async def _on_this_host_or_permitted(request: Request) -> None:
    if _from_this_host(request):
        return
    who = await principal(request)
    if not who.may(Permission.SEE_HEALTH):
        raise Forbidden


_on_this_host_or_permitted.declared = frozenset({Permission.SEE_HEALTH})  # type: ignore[attr-defined]
_health_seers: DependsMarker = Depends(_on_this_host_or_permitted)


def _from_this_host(request: Request) -> bool:
    """Straight from loopback, not handed on by a reverse proxy that runs here."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get("/metrics", dependencies=[_health_seers], response_class=PlainTextResponse)
async def figures(settings: Config, session: ReadSession) -> Response:
    """Figures in Prometheus' text format."""
    found = metrics.of_processes(await probe.processes(settings))
    found += await metrics.of_consumers(session)
    found += await metrics.of_features(session)
    return Response(metrics.exposition(found), media_type=_CONTENT_TYPE)
