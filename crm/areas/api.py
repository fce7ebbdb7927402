"""``/api/areas``: the areas of service, with their outlines on the drawn map."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from crm.areas import queries
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Page, ReadSession, allow

router = APIRouter(prefix="/areas", tags=["areas"], dependencies=[allow(Permission.SEE_CUSTOMERS)])


class AreaRead(BaseModel):
    """A branch, or what supplies a place."""

    code: str
    kind: Literal["branch", "supply"]
    name: LocalizedText
    outline: list[tuple[int, int]]
    premises: int


@router.get("")
async def list_areas(session: ReadSession) -> Page[AreaRead]:
    """All of them, branches first."""
    return Page(
        items=[
            AreaRead(
                code=one.code,
                kind="branch" if one.kind == "branch" else "supply",
                name=LocalizedText(zh=one.name_zh, en=one.name_en),
                outline=one.outline,
                premises=one.premises,
            )
            for one in await queries.areas(session)
        ]
    )
