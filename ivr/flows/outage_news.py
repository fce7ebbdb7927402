"""Is there an interruption at my address, and until when?"""

from __future__ import annotations

from datetime import datetime

from ivr import say
from ivr.flows.books import OutageNews
from ivr.flows.identify import account_needed
from ivr.flows.journey import DONE, Journey, Outcome
from mainline.clock import now

NEWS_MAX = 3


async def outage_news(journey: Journey) -> Outcome:
    """Tell what runs and what is announced for the caller's address."""
    account = await account_needed(journey)
    news = await journey.books.outages(account.premise_id)
    if not news:
        await journey.talk.tell("outage_none")
    for outage in news[:NEWS_MAX]:
        await journey.talk.say(*told(journey, outage))
    return DONE


def told(journey: Journey, outage: OutageNews) -> list[str]:
    """What runs or is announced, and until when."""
    talk = journey.talk
    until = [] if outage.ends_at is None else talk.parts(
        "outage_until", **_moment(journey, outage.ends_at)
    )  # fmt: skip
    if outage.spoken is not None:
        return [outage.spoken.to(talk.language), *until]
    if outage.starts_at > now():
        return talk.parts("outage_announced", **_moment(journey, outage.starts_at)) + until
    running = "outage_running_planned" if outage.planned else "outage_running"
    return talk.parts(running) + until


def _moment(journey: Journey, moment: datetime) -> dict[str, list[str]]:
    local, language = journey.local(moment), journey.talk.language
    return {
        "day": say.day(local.date(), language, today=journey.today()),
        "time": say.clock(local.time(), language),
    }
