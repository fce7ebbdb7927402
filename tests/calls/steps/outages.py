"""Outages: suspected, confirmed, over."""

from mainline.sip.listening import until
from tests.calls.facts import FactRow
from tests.calls.scenario import PATIENCE_S
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


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
    call = await stage.outside.taken_call(stage.scenario.callers[who].number)
    await until(lambda: call.media.packets_heard > 0, PATIENCE_S, "somebody on the line")
    await call.hang_up()


def _told(stage: Stage, kind: str) -> list[FactRow]:
    return [fact for fact in stage.instance.facts.since(stage.before) if fact.kind == kind]
