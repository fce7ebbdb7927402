"""The whole journey of a caller through the machine: known, greeted, led, handed on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from ivr.decision import TO_SERVICE, Decision
from ivr.flows import FLOWS
from ivr.flows.books import Books, Caller, Identification
from ivr.flows.journey import Flow, Journey
from ivr.hours import State
from ivr.lines import Line
from ivr.phrases import Phrases
from ivr.plan import Plan, Plans
from ivr.run import Running, Walk
from ivr.say import Language
from ivr.talk import Talk, Voice
from ivr.waiting import Place, choose, kept, tell_wait
from mainline.asterisk.call import Call, CallerGone
from mainline.clock import now
from mainline.journal import Event
from mainline.journal.call_events import CallerIdentified
from mainline.log import get_logger

IDENTIFY_S: Final = 1.5
"""The caller hears nothing meanwhile."""

log = get_logger("ivr")


class Recorder(Protocol):
    """Where facts go; see :class:`ivr.recorder.JournalRecorder`."""

    def note(self, event: Event) -> None:
        """Take a fact at once."""
        ...

    async def close(self) -> None:
        """Wait a moment for the facts to be written."""
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """What the journey needs from outside."""

    plans: Plans
    books: Books
    voice: Voice
    phrases: Phrases
    recorder: Callable[[], Recorder]
    zone: ZoneInfo
    flows: Mapping[str, Flow] = field(default_factory=lambda: FLOWS)
    identify_s: float = IDENTIFY_S


async def handle_call(call: Call, deps: Deps) -> Decision:
    """Lead a caller from the first ring to a decision.

    Whatever fails inside, the caller goes on to people; only CallerGone gets out.
    """
    recorder = deps.recorder()
    try:
        return await _journey(call, deps, recorder)
    except CallerGone:
        raise
    except Exception:
        log.exception("ivr.failed_open", call=call.id)
        return TO_SERVICE
    finally:
        await recorder.close()


async def handle_choice(call: Call, place: Place, deps: Deps) -> Decision:
    """Let a waiting caller choose; whatever fails, they wait on."""
    found = await identify(call, deps)
    talk = Talk(call, deps.voice, deps.phrases, place.language)
    recorder = deps.recorder()
    journey = Journey(
        call_id=place.call_id or call.id,
        ani=call.ani,
        talk=talk,
        books=deps.books,
        note=recorder.note,
        zone=deps.zone,
        callers=found.callers,
        caller=_only(found),
        priority=place.priority,
    )
    await talk.switch(place.language)
    try:
        return await choose(journey, place)
    finally:
        await recorder.close()


async def handle_again(call: Call, place: Place, deps: Deps) -> Decision:
    """Lead a waiting caller through the menu once more; a person there is the one waited for."""
    recorder = deps.recorder()
    try:
        return await _journey(call, deps, recorder, place)
    finally:
        await recorder.close()


async def _journey(
    call: Call, deps: Deps, recorder: Recorder, place: Place | None = None
) -> Decision:
    """``place``: the caller waited there before, and was identified and greeted."""
    plan, found = await asyncio.gather(deps.plans.current(), identify(call, deps))
    line = plan.line(call.dnis)
    menu = plan.menus.get(line.menu) if line else None
    if line is None or menu is None:
        log.error("ivr.no_menu", call=call.id)
        return TO_SERVICE if place is None else place.people()
    journey = begin(call, deps, recorder, menu, found)
    journey.policies = plan.policies
    journey.opens = lambda moment: plan.opens(line, moment, deps.zone)
    if place is None:
        recorder.note(_identified(journey.subject, found))
    else:
        _goes_on(journey, place)
    await journey.talk.switch(journey.talk.language)
    if _restricted(found):
        return finish(Decision("refuse"), journey)  # the dialplan says it, and writes it down
    walk = Walk(menu, journey, deps.flows, hours_of(plan, line, deps.zone), again=place is not None)
    decision = kept(await walk.run(), place)
    await tell_wait(journey, decision)
    return await with_branch(finish(decision, journey), journey)


def _goes_on(journey: Journey, place: Place) -> None:
    """As it was before: call, language and priority."""
    journey.call_id = place.call_id or journey.call_id
    journey.talk.language = place.language
    journey.priority = max(journey.priority, place.priority)


async def identify(call: Call, deps: Deps) -> Identification:
    """Who is calling; nobody, when the books do not answer in time."""
    try:
        async with asyncio.timeout(deps.identify_s):
            return await deps.books.identify(call.ani)
    except Exception as error:
        log.warning("ivr.not_identified", call=call.id, error=type(error).__name__)
        return Identification()


def begin(
    call: Call, deps: Deps, recorder: Recorder, menu: Running, found: Identification
) -> Journey:
    """The journey of a caller of whom the books told this much."""
    caller = _only(found)
    language = (caller and caller.language) or menu.tree.languages[0]
    journey = Journey(
        call_id=call.id,
        ani=call.ani,
        talk=Talk(call, deps.voice, deps.phrases, language),
        books=deps.books,
        note=recorder.note,
        zone=deps.zone,
        callers=found.callers,
        caller=caller,
        priority=max((one.priority for one in found.callers), default=0),
    )
    if caller and len(caller.accounts) == 1:
        journey.account = caller.accounts[0]
    return journey


def _only(found: Identification) -> Caller | None:
    return found.callers[0] if len(found.callers) == 1 else None


def _restricted(found: Identification) -> bool:
    """Barred by number, or because everybody behind the number is barred."""
    everybody = bool(found.callers) and all(caller.restricted for caller in found.callers)
    return found.restricted or everybody


def _identified(subject: str, found: Identification) -> CallerIdentified:
    caller = _only(found)
    candidates = sum(max(1, len(one.accounts)) for one in found.callers)
    if found.withheld:
        return CallerIdentified(subject=subject, how="withheld")
    if not found.callers:
        return CallerIdentified(subject=subject, how="none")
    return CallerIdentified(
        subject=subject,
        how="ani",
        customer_id=caller.customer_id if caller else None,
        account_id=caller.accounts[0].account_id if caller and candidates == 1 and
        caller.accounts else None,
        candidates=candidates,
    )  # fmt: skip


def hours_of(plan: Plan, line: Line, zone: ZoneInfo) -> Callable[[str | None], State]:
    """How to ask for the state of named hours, or of the line's own."""
    return lambda hours: plan.state(line, hours, now(), zone)


async def with_branch(decision: Decision, journey: Journey) -> Decision:
    """Where the caller lives, if anybody can say so in time."""
    if decision.action != "queue" or journey.account is None:
        return decision
    try:
        branch = await journey.books.branch(journey.account.premise_id)
    except Exception as error:
        log.warning("ivr.no_branch", call=journey.call_id, error=type(error).__name__)
        return decision
    return replace(decision, branch=branch)


def finish(decision: Decision, journey: Journey) -> Decision:
    """The decision with what the journey has learned."""
    language: Language = journey.talk.language
    customer = journey.caller.customer_id if journey.caller else None
    return replace(
        decision,
        language=language,
        customer_id=customer,
        agent="" if decision.urgent else journey.agent,
        agent_wait_s=journey.agent_wait_s,
    )
