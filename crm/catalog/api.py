"""``/api/numbers``, ``/api/call-reasons``, ``/api/work-order-types``: what the company defined."""

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service
from crm.catalog.reasons import Reason
from crm.catalog.work_order_types import WorkOrderType
from mainline import definitions
from mainline.i18n import current_locale
from mainline.text import LocalizedText
from mainline.web import Page, ReadSession, signed_in

LINE_KIND: Final = "line"
"""Registered by the feature that answers the lines; without it there are none."""

router = APIRouter(tags=["catalog"], dependencies=[signed_in()])


class NumberRead(BaseModel):
    """A hotline number; ``name`` in the language of the request."""

    dnis: str
    name: str
    names: LocalizedText
    menu: str


class ReasonsRead(BaseModel):
    """The tree of call reasons."""

    version: int
    items: list[Reason]
    next: None = None


class TypesRead(BaseModel):
    """The types of work orders."""

    version: int
    items: list[WorkOrderType]
    next: None = None


@router.get("/numbers")
async def list_numbers(session: ReadSession) -> Page[NumberRead]:
    """The numbers people can call."""
    return Page(items=[_number(one) for one in await _lines(session)])


@router.get("/call-reasons")
async def read_call_reasons(session: ReadSession) -> ReasonsRead:
    """What calls are about."""
    found = await service.call_reasons(session)
    return ReasonsRead(version=found.version, items=list(found.tree.reasons))


@router.get("/work-order-types")
async def read_work_order_types(session: ReadSession) -> TypesRead:
    """What can be ordered, with fields and limits."""
    found = await service.work_order_types(session)
    return TypesRead(version=found.version, items=list(found.body.types))


async def _lines(session: AsyncSession) -> list[definitions.Version]:
    if LINE_KIND not in definitions.kinds():
        return []
    names = await definitions.names(session, LINE_KIND)
    return [await definitions.current(session, LINE_KIND, name) for name in names]


def _number(line: definitions.Version) -> NumberRead:
    names = LocalizedText.model_validate(line.source["name"])
    return NumberRead(
        dnis=line.source["dnis"],
        name=names.to(current_locale()),
        names=names,
        menu=line.source["menu"],
    )
