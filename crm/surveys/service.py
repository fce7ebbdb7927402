"""Whether a caller is asked, and what."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.surveys.kinds import HOUSE, SURVEY
from crm.surveys.models import SurveyTurn
from crm.surveys.survey import Survey
from mainline import definitions
from mainline.db.upsert import insert_into
from mainline.errors import NotFound


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the survey."""

    version: int
    survey: Survey


async def current(session: AsyncSession) -> Version:
    """The survey in force."""
    found = await definitions.current(session, SURVEY.name, definitions.COMPANY)
    return Version(found.version, cast(Survey, found.body))


async def asked_queues(session: AsyncSession) -> frozenset[str]:
    """The queues of which some callers are asked."""
    try:
        return frozenset((await current(session)).survey.queues)
    except NotFound:
        return frozenset()


async def asks(session: AsyncSession, queue: str) -> bool:
    """Whether any caller of the queue is asked, without counting the call."""
    return queue in await asked_queues(session)


async def next_turn(session: AsyncSession, queue: str) -> Version | None:
    """The survey, if the caller of this call is one to be asked; counts the call."""
    try:
        found = await current(session)
    except NotFound:
        return None
    if queue not in found.survey.queues:
        return None
    return found if found.survey.is_turn(queue, await _count(session, queue)) else None


async def _count(session: AsyncSession, queue: str) -> int:
    await session.execute(
        insert_into(session, SurveyTurn).values(queue=queue, count=0).on_conflict_do_nothing()
    )
    raised = update(SurveyTurn).where(SurveyTurn.queue == queue)
    counted = raised.values(count=SurveyTurn.count + 1).returning(SurveyTurn.count)
    return await session.scalar(counted) or 0


def house() -> Any:
    """The survey as it comes with Mainline."""
    return definitions.content(HOUSE)


async def install(session: AsyncSession) -> None:
    """Publish it, unless the company has its own."""
    await definitions.install_file(session, SURVEY.name, HOUSE, by="house")
