"""Districts, streets and communities, with the other names people have for them."""

import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressAlias, AddressNode
from crm.migration.batches import Batch

_BETWEEN: Final = re.compile(r"[,;、/|]+")
_ALIASES_MAX: Final = 20


class Places:
    """Some thousands of rows at most: each is looked up."""

    def forget(self) -> None:
        """Nothing is remembered."""

    def prepare(self, batch: Batch) -> None:
        """Nothing to judge."""

    async def store(self, session: AsyncSession, batch: Batch) -> None:
        """Make what is not there."""
        again = []
        for at in range(len(batch)):
            if not await self._one(session, batch, at):
                batch.found(at, "community", "same-again")
                again.append(at)
        await session.flush()
        batch.drop(again)

    async def _one(self, session: AsyncSession, batch: Batch, at: int) -> bool:
        """Whether anything of the row was new."""
        parent, new = None, False
        for level in ("district", "street", "community"):
            name = batch.columns[level][at] if level in batch.columns else ""
            if name:
                parent, made = await _node(session, parent, level, name)
                new = new or made
        told = batch.columns.get("aliases", [""] * len(batch))[at]
        names = [each.strip() for each in _BETWEEN.split(told) if each.strip()]
        for alias in dict.fromkeys(names[:_ALIASES_MAX]):
            if parent is not None:
                new = await _alias(session, parent, alias) or new
        return new


async def _node(
    session: AsyncSession, parent: AddressNode | None, level: str, name: str
) -> tuple[AddressNode, bool]:
    above = parent.id if parent else None
    there = select(AddressNode).where(
        AddressNode.level == level, AddressNode.name_zh == name, AddressNode.parent_id == above
    )
    if (known := await session.scalar(there.limit(1))) is not None:
        return known, False
    node = AddressNode(parent_id=above, level=level, name_zh=name, name_en=name, path="")
    session.add(node)
    await session.flush()
    node.path = f"{parent.path if parent else '/'}{node.id}/"
    await session.flush()
    return node, True


async def _alias(session: AsyncSession, node: AddressNode, name: str) -> bool:
    there = select(AddressAlias.id).where(
        AddressAlias.node_id == node.id, AddressAlias.name == name[:64]
    )
    if await session.scalar(there) is not None:
        return False
    session.add(AddressAlias(node_id=node.id, name=name[:64]))
    await session.flush()
    return True
