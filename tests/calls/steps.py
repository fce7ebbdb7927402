"""The sentences a scenario may use, and what each of them does on the stage."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from ivr.wiring import FRESH_S
from mainline.clock import now
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.call_events import AgentAnswered
from mainline.sip.g711 import RATE, Sound
from mainline.sip.listening import (
    until,
    until_ended,
    until_prompt_is_over,
    until_sound,
    until_tone,
)
from mainline.sip.sound import tone
from mainline.sip.tones import contains
from mainline.sip.transactions import RefusedError
from tests.calls import outbound
from tests.calls.expectations import eventually
from tests.calls.facts import FactRow
from tests.calls.leader import in_seconds
from tests.calls.scenario import WORKER, AgentPlan
from tests.calls.stage import Stage

Step = Callable[..., Awaitable[None]]
_SENTENCES: list[tuple[re.Pattern[str], Step]] = []


def sentence(pattern: str) -> Callable[[Step], Step]:
    """Register what a sentence does; groups of the pattern become arguments."""

    def register(step: Step) -> Step:
        _SENTENCES.append((re.compile(pattern), step))
        return step

    return register


def find(text: str) -> tuple[Step, tuple[Any, ...]]:
    """The step for a sentence; a scenario with an unknown sentence is wrong, not skipped."""
    for pattern, step in _SENTENCES:
        match = pattern.fullmatch(text)
        if match:
            return step, match.groups()
    raise LookupError(f"no such sentence: {text!r}")


async def play(stage: Stage, text: str) -> None:
    """Do what the sentence says."""
    step, words = find(text)
    try:
        await step(stage, *words)
    except Exception as error:
        error.add_note(f"at the step: {text}")
        error.add_note(stage.account())
        raise


# --- the caller -----------------------------------------------------------------------------------


@sentence(r"(\w+) calls")
async def calls(stage: Stage, who: str) -> None:
    await stage.dial(who)


@sentence(r"(\w+) and (\w+) call at once")
async def call_at_once(stage: Stage, one: str, other: str) -> None:
    await asyncio.gather(stage.dial(one), stage.dial(other))


@sentence(r"(\w+) is refused with (\d+)")
async def is_refused(stage: Stage, who: str, status: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        await stage.dial(who)
    assert refusal.value.status == int(status)


@sentence(r"(\w+) hears a prompt")
async def hears_a_prompt(stage: Stage, who: str) -> None:
    await until_sound(stage.call(who), 15)


@sentence(r"(\w+) hears the prompt out")
async def hears_out(stage: Stage, who: str) -> None:
    await until_prompt_is_over(stage.call(who), 45)


@sentence(r"(\w+) hears the (\d+) Hz of the agent")
async def hears_agent(stage: Stage, who: str, hertz: str) -> None:
    await until_tone(stage.call(who), float(hertz), 15)


@sentence(r"(\w+) hears the prompt “(\w+)”(?: in (zh|en))?")
async def hears_the_prompt(stage: Stage, who: str, name: str, language: str | None) -> None:
    """The words of a menu's node or a house phrase, recognised by their sound."""
    sample = await stage.instance.prompt(name, language or "zh")
    await _recognised(stage, who, sample, name)


@sentence(r"(\w+) hears the sound “([\w-]+)”")
async def hears_the_sound(stage: Stage, who: str, name: str) -> None:
    """What plain dialplan says."""
    await _recognised(stage, who, stage.instance.static_sound(name), name)


async def _recognised(stage: Stage, who: str, sample: Sound, name: str) -> None:
    """Listen piece by piece: only what is new since the last look, and a sample's length before."""
    call = stage.call(who)
    overlap = int(2.5 * RATE)
    seen = stage.mark(who)
    deadline = asyncio.get_running_loop().time() + 45
    while True:
        now = call.media.moment
        if contains(call.media.heard_since(max(stage.mark(who), seen - overlap)), sample):
            break
        seen = now
        assert not call.ended.is_set(), f"the call ended before the prompt {name!r}"
        assert asyncio.get_running_loop().time() < deadline, f"prompt {name!r} not within 45 s"
        await asyncio.sleep(0.2)
    stage.mark_now(who)


@sentence(r"(\w+) presses ([\d*#]+)")
async def presses(stage: Stage, who: str, keys: str) -> None:
    call = stage.call(who)
    call.media.press(keys)
    await until(lambda: not call.media.pressing or call.ended.is_set(), 10, "the keys")


@sentence(r"(\w+) waits ([\d.]+) s")
async def waits(stage: Stage, who: str, seconds: str) -> None:
    await asyncio.sleep(float(seconds))


@sentence(r"(\w+) speaks ([\d.]+) s")
async def speaks(stage: Stage, who: str, seconds: str) -> None:
    stage.speak(who)
    await asyncio.sleep(float(seconds))


@sentence(r"(\w+) falls silent")
async def falls_silent(stage: Stage, who: str) -> None:
    stage.call(who).media.play(np.zeros(1, np.int16))


@sentence(r"(\w+) hangs up")
async def hangs_up(stage: Stage, who: str) -> None:
    await stage.hang_up(who)


@sentence(r"the call of (\w+) ends")
async def call_ends(stage: Stage, who: str) -> None:
    await until_ended(stage.call(who), 60)


@sentence(r"the hotline hangs up on (\w+)")
async def hotline_hangs_up(stage: Stage, who: str) -> None:
    await until_ended(stage.call(who), 60)
    assert stage.call(who).ended_by == "them"


# --- the floor ------------------------------------------------------------------------------------


@sentence(r"(\d{4}) rings")
async def rings(stage: Stage, agent: str) -> None:
    robot = stage.robot(agent)
    await until(lambda: any(not c.ended.is_set() for c in robot.rung), 25, f"{agent} rings")


@sentence(r"(\d{4}) answers (\w+)")
async def answers(stage: Stage, agent: str, who: str) -> None:
    await stage.connected(agent, who)


@sentence(r"(\d{4}) and (\d{4}) answer (\w+) and (\w+)")
async def both_answer(stage: Stage, one: str, other: str, anna: str, bert: str) -> None:
    for agent, who in ((one, anna), (other, bert)):
        await stage.connected(agent, who)


@sentence(r"(\d{4}) comes to the desk with a tone of (\d+) Hz")
async def comes_to_the_desk(stage: Stage, agent: str, hertz: str) -> None:
    await stage.sit_down(agent, AgentPlan(tone=int(hertz)))


@sentence(r"outside (\d+) answers (\w+) with a tone of (\d+) Hz")
async def outside_answers(stage: Stage, number: str, who: str, hertz: str) -> None:
    call = await stage.outside.taken_call(number)
    call.media.play(tone(float(hertz), 5.0), loop=True)
    stage.speak(who)


@sentence(r"the hotline calls (\w+) back as (\w+)")
async def calls_back(stage: Stage, who: str, name: str) -> None:
    """The caller's telephone rings and is answered; the new call goes on under its own name."""
    await stage.called_back(who, name)
    await stage.call(name).answer()


@sentence(r"the hotline calls (\w+) back as (\w+) in vain")
async def calls_back_in_vain(stage: Stage, who: str, name: str) -> None:
    await stage.called_back(who, name)
    stage.call(name).decline()
    await stage.fact(name, "call.ended")


@sentence(r"the call-back of (\w+) is due")
async def call_back_is_due(stage: Stage, who: str) -> None:
    """The pause after an attempt in vain, without waiting for it."""
    await stage.instance.end_callback_pause(stage.scenario.callers[who].number)


@sentence(r"the call-back of (\w+) is (\w+)")
async def call_back_is(stage: Stage, who: str, state: str) -> None:
    number = stage.scenario.callers[who].number
    states = stage.instance.books.callbacks

    def is_so() -> bool:
        return states(number)[-1:] == [state]

    await until(is_so, 15, f"the call-back of {who} {state}, not {states(number)}")


@sentence(r"they talk ([\d.]+) s")
async def talk(stage: Stage, seconds: str) -> None:
    await asyncio.sleep(float(seconds))


@sentence(r"(\d{4}) transfers (blind|attended) to (\w+)")
async def transfers(stage: Stage, agent: str, how: str, target: str) -> None:
    await stage.transfer(agent, how, target)


@sentence(r"(\d{4}) holds ([\d.]+) s")
async def holds(stage: Stage, agent: str, seconds: str) -> None:
    talking = stage.talking(agent)
    await talking.hold()
    await asyncio.sleep(float(seconds))
    await talking.resume()


@sentence(r"(\d{4}) is (ready|paused|signed out)")
async def agent_is(stage: Stage, agent: str, state: str) -> None:
    await stage.set_state(agent, state)


@sentence(r"(\d{4}) (answers|declines|ignores) from now on")
async def manner(stage: Stage, agent: str, reaction: str) -> None:
    stage.robot(agent).manner.reaction = reaction  # type: ignore[assignment]


@sentence(r"the page of (\d{4}) is reloaded")
async def reloaded(stage: Stage, agent: str) -> None:
    """The page goes without a word and comes back; the customer is brought to it again."""
    before = stage.robot(agent).talking
    await stage.instance.floor.bring_back(agent)
    await until(lambda: stage.robot(agent).talking not in {None, before}, 15, "the agent again")


# --- the desk -------------------------------------------------------------------------------------


@sentence(r"(\d{4}) hands (\w+) to the contact ([\w-]+)")
async def hands_to_contact(stage: Stage, agent: str, who: str, contact: str) -> None:
    """A department or a crew, by its name in the directory."""
    form = {"call_id": stage.id_of(who), "kind": "contact", "target": contact}
    await stage.instance.desk.does(agent, "/transfer", **form)
    stage.mark_now(who)


@sentence(r"(\d{4}) sends (\w+) to the menu at (\w+), then back to (?:the )?(agent|queue)")
async def sends_to_menu(stage: Stage, agent: str, who: str, node: str, back: str) -> None:
    form = {"call_id": stage.id_of(who), "kind": "menu", "target": node, "back": back}
    stage.mark_now(who)
    await stage.instance.desk.does(agent, "/transfer", **form)


@sentence(r"(\d{4}) parks (\w+)")
async def parks(stage: Stage, agent: str, who: str) -> None:
    told = await stage.instance.desk.does(agent, "/park", call_id=stage.id_of(who))
    stage.slots[who] = told["slot"]
    await stage.fact(who, "call.parked")


@sentence(r"(\d{4}) takes (\w+) out of the slot")
async def unparks(stage: Stage, agent: str, who: str) -> None:
    """As soon as the desks show the slot."""
    shown, call = stage.instance.books.is_parked, stage.id_of(who)
    await until(lambda: shown(call), 10, f"{who} in a slot")
    await stage.instance.desk.does(agent, "/unpark", slot=stage.slots[who])


@sentence(r"(\d{4}) asks (?:the contact )?([\w-]+) into the talk with (\w+)")
async def asks_in(stage: Stage, agent: str, third: str, who: str) -> None:
    kind = "agent" if third.isdigit() else "contact"
    form = {"call_id": stage.id_of(who), "kind": kind, "target": third}
    await stage.instance.desk.does(agent, "/conference", **form)


@sentence(r"(\d{4}) lets the third of (\w+) go")
async def lets_go(stage: Stage, agent: str, who: str) -> None:
    told = await stage.instance.desk.does(agent, "/conference/drop", call_id=stage.id_of(who))
    assert told == {"left": 1}


@sentence(r"(\d{4}) is not to be disturbed")
async def not_disturbed(stage: Stage, agent: str) -> None:
    await stage.instance.desk.does(agent, "/pause", reason="dnd")


@sentence(r"(\d{4}) has not been rung")
async def not_rung(stage: Stage, agent: str) -> None:
    assert stage.robot(agent).rung == []


@sentence(r"the books wrongly have (\d{4}) in the call of (\w+)")
async def phantom(stage: Stage, agent: str, who: str) -> None:
    """As if the end of a leg had been lost."""
    fact = AgentAnswered(subject=call_subject(stage.id_of(who)), agent=agent)
    async with stage.instance.database.unit_of_work() as session:
        await append(session, fact)


# --- the leader -----------------------------------------------------------------------------------


@sentence(r"the leader lets (\w+) go ahead")
async def raised(stage: Stage, who: str) -> None:
    await stage.instance.leader.does(f"/callers/{stage.id_of(who)}/raise", why="a story")


@sentence(r"the leader puts (\w+) through to (\d{4})")
async def fetched(stage: Stage, who: str, agent: str) -> None:
    await stage.instance.leader.does(f"/callers/{stage.id_of(who)}/fetch", agent=agent)


@sentence(r"the leader takes over from (\d{4})")
async def taken_over(stage: Stage, agent: str) -> None:
    await stage.instance.leader.does(f"/agents/{agent}/take-over", why="a story")


@sentence(r"the leader lets (\d{4}) answer ([a-z, ]+)")
async def moved(stage: Stage, agent: str, queues: str) -> None:
    wanted = dict.fromkeys(queues.split(", "), 0)
    await stage.instance.leader.does(f"/agents/{agent}/queues", queues=wanted)


@sentence(r"the leader switches (\d+) to (auto|night|holiday|emergency)")
async def switched(stage: Stage, line: str, mode: str) -> None:
    until = None if mode == "auto" else in_seconds(600)
    await stage.instance.leader.does(f"/lines/{line}", mode=mode, until=until)


@sentence(r"(\d{4}) still rings and picks up")
async def picks_up(stage: Stage, agent: str) -> None:
    """The telephone that was left ringing until now is taken."""
    await stage.robot(agent).pick_up()


# --- calls that we make ---------------------------------------------------------------------------


@sentence(r"a reminder is due to (\w+)")
async def reminder_due(stage: Stage, who: str) -> None:
    await outbound.reminder_due(stage.instance, stage.scenario.callers[who].number)


@sentence(r"(\w+) is to be asked before a visit")
async def asked_before_a_visit(stage: Stage, who: str) -> None:
    await outbound.visit_planned(stage.instance, stage.scenario.callers[who].number)


@sentence(r"(\w+) is rung")
async def is_rung(stage: Stage, who: str) -> None:
    await stage.is_rung(who)


@sentence(r"(\w+) is joined")
async def is_joined(stage: Stage, who: str) -> None:
    """The second telephone of the machine's call rings and is picked up; this person speaks."""
    await stage.is_rung(who)
    stage.speak(who)


@sentence(r"the worker on the way calls (\w+) before a visit")
async def worker_calls(stage: Stage, who: str) -> None:
    await outbound.worker_calls(stage.instance, stage.scenario.callers[who].number)


@sentence(r"the worker’s telephone answers with a tone of (\d+) Hz")
async def worker_answers(stage: Stage, hertz: str) -> None:
    call = await stage.outside.taken_call(WORKER)
    call.media.play(tone(float(hertz), 5.0), loop=True)


@sentence(r"(\w+) was rung once")
async def was_rung_once(stage: Stage, who: str) -> None:
    assert len(stage.outside.calls) == 1, f"{who} was rung {len(stage.outside.calls)} times"


@sentence(r"the task of (\w+) is (\w+)(?:: (\w+))?")
async def task_is(stage: Stage, who: str, state: str, result: str | None) -> None:
    number = stage.scenario.callers[who].number
    await outbound.until_task(stage.instance, number, state, result or "")


@sentence(r"the number of (\w+) is on the do-not-call list")
async def is_barred(stage: Stage, who: str) -> None:
    await outbound.until_barred(stage.instance, stage.scenario.callers[who].number)


@sentence(r"the order of (\w+) says “(\w+)”")
async def order_says(stage: Stage, who: str, action: str) -> None:
    await outbound.until_noted(stage.instance, stage.scenario.callers[who].number, action)


@sentence(r"one return visit to (\w+) is waiting")
async def visit_waits(stage: Stage, who: str) -> None:
    await outbound.until_one_visit(stage.instance, stage.id_of(who))


# --- outages --------------------------------------------------------------------------------------


@sentence(r"eight neighbours of (\w+) report no heating")
async def neighbours_report(stage: Stage, who: str) -> None:
    """Others whom the same station supplies call, are led to the fault menu, and hang up."""
    await stage.instance.neighbours.report(stage.scenario.callers[who].number, count=8)


@sentence(r"an outage is suspected within (\d+) s")
async def suspected(stage: Stage, seconds: str) -> None:
    await until(lambda: bool(_told(stage, "outage.suspected")), float(seconds), "a suspicion")


@sentence(r"the leader confirms the outage")
async def confirms(stage: Stage) -> None:
    [suspicion] = _told(stage, "outage.suspected")
    number = suspicion.subject.removeprefix("outage_candidate:")
    await stage.instance.leader.decides(f"/suspected/{number}/confirm")


@sentence(r"the leader says that supply is back")
async def supply_is_back(stage: Stage) -> None:
    [confirmed] = _told(stage, "outage.confirmed")
    await stage.instance.leader.decides(f"/{confirmed.payload['outage_id']}/end")


@sentence(r"(\w+) is called back at any hour")
async def called_back(stage: Stage, who: str) -> None:
    """The telephone rings outside; whoever takes it speaks with an agent."""
    await stage.instance.call_back_at_any_hour()
    call = await stage.outside.taken_call(stage.scenario.callers[who].number, 40)
    await until(lambda: call.media.packets_heard > 0, 20, "somebody on the line")
    await call.hang_up()


def _told(stage: Stage, kind: str) -> list[FactRow]:
    return [fact for fact in stage.instance.facts.since(stage.before) if fact.kind == kind]


@sentence(r"(\d{4}) answers (\w+) for the branch (\w+) with penalty (\d+)")
async def of_branch(stage: Stage, agent: str, queue: str, branch: str, penalty: str) -> None:
    """The worker has let the agent into the queue of the own branch, and set the own penalty."""
    wanted = {queue: int(penalty), f"{queue}-at-{branch}": int(penalty)}

    async def there() -> bool:
        found = await stage.instance.floor.penalties(agent)
        return wanted.items() <= found.items()

    await eventually(there, 30, lambda: f"{agent} is not in {wanted}")


# --- faults ---------------------------------------------------------------------------------------


@sentence(r"the (gateway|web|worker|asterisk) is killed")
async def killed(stage: Stage, process: str) -> None:
    await stage.instance.kill(process)


@sentence(r"the (gateway|web|worker|asterisk) comes back")
async def comes_back(stage: Stage, process: str) -> None:
    await stage.instance.revive(process)


@sentence(r"a new menu is published")
async def new_menu(stage: Stage) -> None:
    await stage.instance.publish_menu_again()


@sentence(r"a new menu takes effect in (\d+) s")
async def new_menu_later(stage: Stage, seconds: str) -> None:
    """Published for that moment; the story goes on when it has come."""
    at = now() + timedelta(seconds=int(seconds))
    await stage.instance.publish_menu_again(at)
    await asyncio.sleep((at - now()).total_seconds() + 2 * FRESH_S)


# --- the books ------------------------------------------------------------------------------------


@sentence(r"the emergency order “(\w+)” of (\w+) is open")
async def order_is_open(stage: Stage, kind: str, who: str) -> None:
    """Exactly one, and nobody has answered yet."""
    call_id = stage.id_of(who)
    await until(lambda: bool(stage.instance.books.orders_of(call_id)), 15, f"an order of {who}")
    assert stage.instance.books.orders_of(call_id) == [(kind, "emergency")]
    assert "agent.answered" not in {fact.kind for fact in stage.facts_of(who)}


@sentence(r"the order of (\w+) is urged for (\w+)")
async def order_is_urged(stage: Stage, who: str, again: str) -> None:
    """Once, by itself, with the call that urged it."""

    def urgings() -> list[FactRow]:
        facts = stage.instance.facts.since(stage.before)
        return [f for f in facts if f.matches("work_order.urged", {"call_id": stage.id_of(again)})]

    await until(lambda: bool(urgings()), 20, f"the urging of the order of {who}")
    opened = [
        fact.payload["number"]
        for fact in stage.instance.facts.since(stage.before)
        if fact.matches("work_order.opened", {"call_id": stage.id_of(who)})
    ]
    assert [(fact.payload["number"], fact.payload["by"]) for fact in urgings()] == [
        (opened[0], "system")
    ]


@sentence(r"the message of (\w+) is a (message|complaint) for “(\w+)”")
async def message_is_a_task(stage: Stage, who: str, about: str, owner: str) -> None:
    """One task, with an owner and a deadline, that nobody has taken yet."""
    call_id = stage.id_of(who)
    await until(lambda: bool(stage.instance.books.messages_of(call_id)), 20, f"a task of {who}")
    assert stage.instance.books.messages_of(call_id) == [(about, owner, "new", True)]


@sentence(r"the wrap-up of (\d{4}) is ended for (\w+)")
async def wrapup_is_ended(stage: Stage, agent: str, who: str) -> None:
    def told() -> bool:
        return any(
            fact.matches("agent.wrapup_ended", {"by": "emergency", "for_call": stage.id_of(who)})
            for fact in stage.instance.facts.since(stage.before)
            if fact.subject == f"agent:{agent}"
        )

    await until(told, 25, f"the end of the wrap-up of {agent}")


@sentence(r"the journal has (?:(\d) )?([\w.]+) for (\w+)(?: within (\d+) s)?")
async def journal_has(
    stage: Stage, times: str | None, kind: str, who: str, seconds: str | None
) -> None:
    await stage.fact(who, kind, float(seconds or 20), times=int(times or 1))
