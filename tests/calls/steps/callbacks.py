"""Callers whom the hotline promised to call back."""

from mainline.sip.listening import until
from tests.calls.scenario import PATIENCE_S
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


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

    await until(is_so, PATIENCE_S, f"the call-back of {who} {state}, not {states(number)}")


@sentence(r"the call-backs of (\w+) are done")
async def call_backs_are_done(stage: Stage, who: str) -> None:
    """There was one, and no other."""
    await call_back_is(stage, who, "done")
    assert stage.instance.books.callbacks(stage.scenario.callers[who].number) == ["done"]
