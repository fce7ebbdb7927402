"""``/api/outages``: interruptions that run or are announced."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from crm.outages import service
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Page, ReadSession, allow

router = APIRouter(
    prefix="/outages", tags=["outages"], dependencies=[allow(Permission.SEE_CUSTOMERS)]
)


class OutageRead(BaseModel):
    """No supply below a place."""

    id: int
    kind: str
    status: str
    area: LocalizedText
    text: LocalizedText
    began_at: datetime
    expected_end_at: datetime | None


@router.get("")
async def list_outages(session: ReadSession) -> Page[OutageRead]:
    """All of them, the earliest first."""
    return Page(
        items=[
            OutageRead(
                id=one.outage.id,
                kind=one.outage.kind,
                status=one.outage.status,
                area=one.place,
                text=LocalizedText(zh=one.outage.text_zh, en=one.outage.text_en),
                began_at=one.outage.began_at,
                expected_end_at=one.outage.expected_end_at,
            )
            for one in await service.live(session)
        ]
    )
