"""How every process is, and whether the readers of the journal keep up."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.admin.page import page
from mainline import features
from mainline.journal.lag import Lag, lag
from mainline.permissions import Permission
from mainline.process.health import overall
from mainline.process.probe import processes
from mainline.web import Config, ReadSession, allow
from recordings.store import FREE_SHARE_MIN, free_share

router = APIRouter(
    prefix="/admin/health", dependencies=[allow(Permission.SEE_HEALTH)], include_in_schema=False
)


@dataclass(frozen=True, slots=True)
class Reader:
    """One consumer of the journal."""

    name: str
    lag: Lag


@router.get("")
async def health(request: Request, session: ReadSession, settings: Config) -> HTMLResponse:
    """The verdict, the processes, the readers, the disk."""
    found = await processes(settings)
    free = free_share(settings.recordings_store)
    return page(
        request, "health.html",
        verdict=overall(found), processes=found, readers=await _readers(session),
        free_percent=round(free * 100), disk_low=free < FREE_SHARE_MIN,
    )  # fmt: skip


async def _readers(session: AsyncSession) -> list[Reader]:
    return [
        Reader(consumer, await lag(session, consumer, handlers))
        for module in features.modules("subscribers")
        for consumer, handlers in module.CONSUMERS.items()
    ]
