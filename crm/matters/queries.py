"""Which matters there are, for whom, and what became of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.matters.events import matter_subject
from crm.matters.models import Matter
from crm.matters.rules import Ladder, Rung, may_take
from crm.matters.service import Actor, ladder
from mainline.errors import NotFound
from mainline.journal import Event, entries_after

OPEN_MAX = 500
FACTS_MAX = 200


@dataclass(frozen=True, slots=True)
class MatterView:
    """A matter with the rung on which it is."""

    matter: Matter
    ladder: Ladder

    @property
    def rung(self) -> Rung:
        """Who has it now."""
        return self.ladder.rungs[self.matter.level]

    @property
    def top(self) -> bool:
        """Whether nobody stands above."""
        return self.matter.level + 1 == len(self.ladder.rungs)

    def concerns(self, who: Actor) -> bool:
        """Whether this person has it, or could take it."""
        if self.matter.state == "settled":
            return False
        mine = self.matter.owner == who.name
        waiting = self.matter.state == "waiting"
        return mine or (waiting and may_take(self.rung, who.roles, who.names))


async def view(session: AsyncSession, matter_id: int) -> MatterView:
    """One of them."""
    matter = await session.get(Matter, matter_id)
    if matter is None:
        raise NotFound("matter")
    return (await _views(session, [matter]))[0]


async def open_matters(session: AsyncSession) -> list[MatterView]:
    """All that are not settled: the highest first, then by their time."""
    wanted = select(Matter).where(Matter.state != "settled")
    ordered = wanted.order_by(Matter.level.desc(), Matter.due_at, Matter.id).limit(OPEN_MAX)
    return await _views(session, (await session.scalars(ordered)).all())


async def settled(session: AsyncSession, *, limit: int = 50) -> list[MatterView]:
    """The last ones that were settled."""
    wanted = select(Matter).where(Matter.state == "settled")
    ordered = wanted.order_by(Matter.settled_at.desc(), Matter.id.desc()).limit(limit)
    return await _views(session, (await session.scalars(ordered)).all())


async def counts(session: AsyncSession, who: Actor, at: datetime) -> tuple[int, int]:
    """How many concern this person, and how many of these are past their time."""
    mine = [one.matter for one in await open_matters(session) if one.concerns(who)]
    return len(mine), sum(one.late or one.due_at <= at for one in mine)


async def _views(session: AsyncSession, matters: Sequence[Matter]) -> list[MatterView]:
    versions = {one.version for one in matters}
    ladders = {version: (await ladder(session, version))[1] for version in versions}
    return [MatterView(one, ladders[one.version]) for one in matters]


async def history(session: AsyncSession, matter_id: int) -> list[Event]:
    """What was done with it, by whom."""
    subject = matter_subject(matter_id)
    return [
        entry.event for entry in await entries_after(session, 0, limit=FACTS_MAX, subject=subject)
    ]
