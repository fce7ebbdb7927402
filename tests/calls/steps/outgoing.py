"""Calls that we make, and who takes them outside."""

from mainline.sip.sound import tone
from tests.calls import outbound
from tests.calls.scenario import WORKER
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


@sentence(r"outside (\d+) answers (\w+) with a tone of (\d+) Hz")
async def outside_answers(stage: Stage, number: str, who: str, hertz: str) -> None:
    call = await stage.outside.taken_call(number)
    call.media.play(tone(float(hertz), 5.0), loop=True)
    stage.speak(who)


@sentence(r"outside (\d+) declines")
async def outside_declines(stage: Stage, number: str) -> None:
    (await stage.outside.ringing_call(number)).decline()


@sentence(r"a reminder is due to (\w+)")
async def reminder_due(stage: Stage, who: str) -> None:
    await outbound.reminder_due(stage.instance, stage.scenario.callers[who].number)


@sentence(r"(\w+) is to be asked before a visit")
async def asked_before_a_visit(stage: Stage, who: str) -> None:
    await outbound.visit_planned(stage.instance, stage.scenario.callers[who].number)


@sentence(r"a reminder is due to (\w+), machines are told from people")
async def reminder_due_to_whom(stage: Stage, who: str) -> None:
    number = stage.scenario.callers[who].number
    await outbound.reminder_due(stage.instance, number, detect=True)


@sentence(r"a reminder that leads to an agent is due to (\w+)")
async def reminder_leads(stage: Stage, who: str) -> None:
    number = stage.scenario.callers[who].number
    await outbound.reminder_due(stage.instance, number, leads=True)


@sentence(r"(\w+) is rung and greets for ([\d.]+) s")
async def is_rung_and_greets(stage: Stage, who: str, seconds: str) -> None:
    await stage.is_rung(who, greeting_s=float(seconds))


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
