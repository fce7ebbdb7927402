"""Is there an interruption at my address, and until when?"""

from __future__ import annotations

from datetime import datetime

from ivr import say
from ivr.flows.books import CallWish, OutageNews
from ivr.flows.identify import account_needed
from ivr.flows.journey import DONE, Journey, Outcome
from ivr.menu import PERSON_KEY
from ivr.talk import WantsPerson
from mainline.clock import now

NEWS_MAX = 3
CALL_KEY = "1"
OFFER_S = 4.0


async def outage_news(journey: Journey) -> Outcome:
    """Tell what runs and what is announced for the caller's address."""
    account = await account_needed(journey)
    news = await journey.books.outages(account.premise_id)
    if not news:
        await journey.talk.tell("outage_none")
    for outage in news[:NEWS_MAX]:
        await journey.talk.say(*told(journey, outage))
    running = next((one for one in news if may_wait_for_end(one)), None)
    if running is not None:
        await _offer_call(journey, running)
    return DONE


def may_wait_for_end(outage: OutageNews) -> bool:
    """Whether anybody would want to be called when it is over: a fault that runs."""
    return not outage.planned and outage.starts_at <= now()


async def _offer_call(journey: Journey, outage: OutageNews) -> None:
    """Whoever presses 1 is called when supply is back; silence is a no."""
    talk = journey.talk
    key = say.number(int(CALL_KEY), talk.language)
    keyed = await talk.listen(talk.parts("outage_call_offer", key=key), timeout_s=OFFER_S)
    if keyed == PERSON_KEY:
        raise WantsPerson
    if keyed == CALL_KEY:
        await promise_call(journey, outage)


async def promise_call(journey: Journey, outage: OutageNews) -> None:
    """Keep the number that calls; tell whether it can be called."""
    wish = CallWish(
        outage.outage_id,
        journey.call_id,
        journey.caller.customer_id if journey.caller else None,
        journey.talk.language,
        journey.ani,
    )
    promised = await journey.books.call_when_over(wish)
    await journey.talk.tell("outage_call_promised" if promised else "outage_call_impossible")


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
