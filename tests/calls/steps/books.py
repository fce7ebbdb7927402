"""What the books must say."""

from mainline.sip.listening import until
from tests.calls.facts import FactRow
from tests.calls.scenario import PATIENCE_S
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


@sentence(r"the emergency order “(\w+)” of (\w+) is open")
async def order_is_open(stage: Stage, kind: str, who: str) -> None:
    """Exactly one, and nobody has answered yet."""
    call_id = stage.id_of(who)
    await until(
        lambda: bool(stage.instance.books.orders_of(call_id)), PATIENCE_S, f"an order of {who}"
    )
    assert stage.instance.books.orders_of(call_id) == [(kind, "emergency")]
    assert "agent.answered" not in {fact.kind for fact in stage.facts_of(who)}


@sentence(r"the order of (\w+) is urged for (\w+)")
async def order_is_urged(stage: Stage, who: str, again: str) -> None:
    """Once, by itself, with the call that urged it."""

    def urgings() -> list[FactRow]:
        facts = stage.instance.facts.since(stage.before)
        return [f for f in facts if f.matches("work_order.urged", {"call_id": stage.id_of(again)})]

    await until(lambda: bool(urgings()), PATIENCE_S, f"the urging of the order of {who}")
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
    await until(
        lambda: bool(stage.instance.books.messages_of(call_id)), PATIENCE_S, f"a task of {who}"
    )
    assert stage.instance.books.messages_of(call_id) == [(about, owner, "new", True)]


@sentence(r"the message of (\w+) is (settled|done) and (told|not told)")
async def message_is(stage: Stage, who: str, state: str, told: str) -> None:
    wanted = (state, "told" if told == "told" else "")

    def is_so() -> bool:
        return stage.instance.books.message_of(stage.id_of(who))[1:] == wanted

    await until(is_so, PATIENCE_S, f"the message of {who} {state} and {told}")


@sentence(r"the wrap-up of (\d{4}) is ended for (\w+)")
async def wrapup_is_ended(stage: Stage, agent: str, who: str) -> None:
    def told() -> bool:
        return any(
            fact.matches("agent.wrapup_ended", {"by": "emergency", "for_call": stage.id_of(who)})
            for fact in stage.instance.facts.since(stage.before)
            if fact.subject == f"agent:{agent}"
        )

    await until(told, PATIENCE_S, f"the end of the wrap-up of {agent}")


@sentence(r"the journal has (?:(\d) )?([\w.]+) for (\w+)(?: within (\d+) s)?")
async def journal_has(
    stage: Stage, times: str | None, kind: str, who: str, seconds: str | None
) -> None:
    await stage.fact(who, kind, float(seconds or PATIENCE_S), times=int(times or 1))
