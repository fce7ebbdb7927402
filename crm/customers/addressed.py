"""People at an address: areas that are named, and the rest of the text in the address."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm.addresses.gazetteer import AREAS
from crm.addresses.models import AddressNode
from crm.customers.models import Premise, ServiceAccount

_NODES_MAX: Final = 20


def below(
    column: InstrumentedAttribute[str] | ColumnElement[str], path: str
) -> ColumnElement[bool]:
    """Whether a path lies at or below another: a range of the index (``0`` follows ``/``)."""
    return (column >= path) & (column < f"{path[:-1]}0")


async def by_fragment(session: AsyncSession, text: str) -> Select[int]:
    """People at an address: a community or street that is named, and the rest of the text."""
    compact = "".join(text.split())
    nodes = (await session.execute(_areas_named(compact, text))).all()
    ways = [
        below(Premise.path, path) & _rest(compact, name, text)
        for path, name in _deepest([(row.path, row.name_zh) for row in nodes])
    ]
    return (
        select(ServiceAccount.customer_id)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(or_(*ways) if ways else literal(value=False))
    )


def _areas_named(compact: str, text: str) -> Select[str, str]:
    letters = text.lower()
    named = or_(
        literal(compact).contains(AddressNode.name_zh),
        AddressNode.name_zh.contains(compact, autoescape=True),
        func.lower(AddressNode.name_en).contains(letters, autoescape=True),
        *([AddressNode.initials == letters] if letters.isascii() and letters.isalpha() else []),
    )
    return (
        select(AddressNode.path, AddressNode.name_zh)
        .where(AddressNode.level.in_(AREAS), named)
        .order_by(func.length(AddressNode.path).desc())
        .limit(_NODES_MAX)
    )


def _deepest(nodes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without those that contain another one that was named as well."""
    return [
        (path, name)
        for path, name in nodes
        if not any(other != path and other.startswith(path) for other, _ in nodes)
    ]


def _rest(compact: str, name: str, text: str) -> ColumnElement[bool]:
    """What was typed after the area must be in the address: ``3号楼2单元501``."""
    _, found, rest = compact.partition(name)
    if not found or not rest:
        return literal(value=True)
    return Premise.address_zh.contains(rest, autoescape=True)
