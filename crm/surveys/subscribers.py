"""Facts of surveys become ratings; facts may come in any order and more than once."""

from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm.surveys.models import CallRating
from mainline.ids import call_of
from mainline.journal import Event, Handler
from mainline.journal.talk_events import SurveyAsked, SurveyRated

CONSUMER: Final = "surveys"
CALL_ID_CHARS_MAX: Final = 64


async def on_asked(session: AsyncSession, event: Event) -> None:
    """Somebody was asked."""
    if isinstance(event, SurveyAsked) and (rating := await _rating(session, event)):
        rating.asked_at = min(rating.asked_at, event.at)


async def on_rated(session: AsyncSession, event: Event) -> None:
    """Somebody answered."""
    if (
        isinstance(event, SurveyRated)
        and event.scores
        and (rating := await _rating(session, event))
    ):
        rating.rated_at, rating.scores = event.at, event.scores
        rating.score = round(sum(event.scores.values()) / len(event.scores), 2)
        rating.low = event.low


async def _rating(session: AsyncSession, event: SurveyAsked | SurveyRated) -> CallRating | None:
    call_id = call_of(event.subject)
    if len(call_id) > CALL_ID_CHARS_MAX:
        return None
    rating = await session.get(CallRating, call_id)
    if rating is None:
        rating = CallRating(call_id=call_id, asked_at=event.at)
        rating.agent, rating.queue = event.agent[:8], event.queue[:32]
        session.add(rating)
        await session.flush()
    return rating


async def forget(session: AsyncSession) -> None:
    """Drop the projection; the journal builds it again."""
    await session.execute(delete(CallRating))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {"survey.asked": on_asked, "survey.rated": on_rated}
}
