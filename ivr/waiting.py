"""What callers may choose while they wait: wait on, self-service, a call-back, a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from dialplan.contract import QUEUE_SERVICE
from ivr import say
from ivr.decision import Decision
from ivr.flows.callback import promise
from ivr.flows.journey import Journey
from ivr.say import Language
from ivr.talk import Talk, WantsPerson
from mainline.asterisk.call import CallerGone
from mainline.clock import now
from mainline.log import get_logger

LONG_MIN = 10

log = get_logger("ivr")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller waits, in the dialplan's words."""

    call_id: str
    queue: str
    priority: int
    language: Language
    since: datetime
    wish: Literal["ask", "callback"] = "ask"

    @classmethod
    def of(cls, words: Sequence[str]) -> Place:
        """From the words of a request; what is missing or strange is as for a new caller."""
        call_id, queue, priority, language, since, wish = (*words, *[""] * 6)[:6]
        return cls(
            call_id=call_id[:64],
            queue=queue or QUEUE_SERVICE,
            priority=min(_whole(priority), 100),
            language="en" if language == "en" else "zh",
            since=_moment(since),
            wish="callback" if wish == "callback" else "ask",
        )

    def people(self) -> Decision:
        """Back to whom the caller had before."""
        return Decision("queue", self.queue, self.priority, self.language)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0  # noqa: PLR2004


def _moment(text: str) -> datetime:
    """Never in the future: nobody came later than now."""
    told = datetime.fromtimestamp(_whole(text), UTC)
    return min(told, now()) if _whole(text) else now()


def kept(decision: Decision, place: Place | None) -> Decision:
    """Who had a place loses nothing of it: a person is one of that queue, and nobody falls behind,
    an emergency least of all."""
    if place is None or decision.action != "queue":
        return decision
    queue = place.queue if decision.queue == QUEUE_SERVICE else decision.queue
    return replace(decision, queue=queue, priority=max(decision.priority, place.priority))


async def choose(journey: Journey, place: Place) -> Decision:
    """What the caller wants now; whoever does not choose, or cannot be helped, waits on."""
    stay = Decision("queue", place.queue, place.priority)
    try:
        key = "2" if place.wish == "callback" else await _ask(journey, place)
        if key == "2":
            kept = await promise(
                journey, place.queue, since=place.since, source="queue", due_at=now()
            )
            return Decision("callback", place.queue, place.priority) if kept else stay
    except WantsPerson:
        return stay
    if key == "1":
        return Decision("message", place.queue, place.priority)
    return Decision("menu", place.queue, place.priority) if key == "3" else stay


async def _ask(journey: Journey, place: Place) -> str:
    talk = journey.talk
    texts = await wait_words(journey, place.queue, place.priority, place.since)
    return await talk.listen([*texts, *talk.parts("wait_choices")])


async def tell_wait(journey: Journey, decision: Decision) -> None:
    """How long it will take, before the caller waits; not a word when nobody can tell."""
    if decision.action == "queue" and not decision.urgent:
        await journey.talk.say(*await wait_words(journey, decision.queue, decision.priority, now()))


async def wait_words(journey: Journey, queue: str, priority: int, since: datetime) -> list[str]:
    """The estimate as spoken; empty when there is none, or the books do not tell."""
    try:
        minutes = await journey.books.wait_minutes(queue, priority=priority, since=since)
    except CallerGone:
        raise
    except Exception as error:
        log.warning("ivr.no_estimate", error=type(error).__name__)
        return []
    return [] if minutes is None else _spoken(journey.talk, minutes)


def _spoken(talk: Talk, minutes: int) -> list[str]:
    if minutes == 0:
        return talk.parts("wait_short")
    if minutes > LONG_MIN:
        return talk.parts("wait_long", minutes=say.count(LONG_MIN, talk.language))
    phrase = "wait_minute" if minutes == 1 else "wait_minutes"
    return talk.parts(phrase, minutes=say.count(minutes, talk.language))
