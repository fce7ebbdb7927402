"""The catalog in force."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog.kinds import CALL_REASONS, FILES, QUEUES, WORK_ORDER_TYPES
from crm.catalog.queues import QueueDefinition, Queues
from crm.catalog.reasons import CallReasons
from crm.catalog.work_order_types import WorkOrderTypes
from mainline import definitions
from mainline.definitions import COMPANY


@dataclass(frozen=True, slots=True)
class Reasons:
    """A version of the reason tree."""

    version: int
    tree: CallReasons


@dataclass(frozen=True, slots=True)
class Types:
    """A version of the work-order types."""

    version: int
    body: WorkOrderTypes


async def call_reasons(session: AsyncSession, *, as_of: datetime | None = None) -> Reasons:
    """The tree in force, or as it stood at a past moment."""
    found = await definitions.as_of(session, CALL_REASONS.name, COMPANY, as_of)
    return Reasons(found.version, cast(CallReasons, found.body))


async def work_order_types(
    session: AsyncSession, version: int | None = None, *, as_of: datetime | None = None
) -> Types:
    """The types in force, those of an earlier version, or as they stood at a past moment."""
    if version is None:
        found = await definitions.as_of(session, WORK_ORDER_TYPES.name, COMPANY, as_of)
    else:
        found = await definitions.version(session, WORK_ORDER_TYPES.name, COMPANY, version)
    return Types(found.version, cast(WorkOrderTypes, found.body))


async def queues(session: AsyncSession) -> list[QueueDefinition]:
    """The queues in force."""
    return list((await queue_book(session)).queues)


async def queue_book(session: AsyncSession, *, as_of: datetime | None = None) -> Queues:
    """The same with how service is measured, now or as it was at a past moment."""
    return cast(Queues, (await definitions.as_of(session, QUEUES.name, COMPANY, as_of)).body)


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's catalog, except where the company has its own."""
    for kind, file in FILES.items():
        await definitions.install_file(session, kind, pack_dir / file)
