"""``/api/privacy``: reasons for unmasking, and who unmasked what."""

from fastapi import APIRouter

from crm.privacy import queries, service
from crm.privacy.rules import Reason
from crm.privacy.schemas import UnmaskedRead
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, allow

router = APIRouter(prefix="/privacy", tags=["privacy"])


@router.get("/reasons", dependencies=[allow(Permission.UNMASK)])
async def list_reasons(session: ReadSession) -> Page[Reason]:
    """The company's reasons; ``other`` with words of one's own always counts."""
    return Page(items=list((await service.rules(session)).reasons))


@router.get("/unmaskings", dependencies=[allow(Permission.SUPERVISE)])
async def list_unmaskings(session: ReadSession, who: Who) -> Page[UnmaskedRead]:
    """Who looked behind which mask and why, the newest first."""
    found = await queries.unmaskings(session)
    return Page(items=[UnmaskedRead.of(row, who.sees) for row in found])
