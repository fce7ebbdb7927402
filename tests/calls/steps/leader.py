"""What the leader does on the board."""

from tests.calls.leader import in_seconds
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


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


@sentence(r"the leader has the outcome of the message of (\w+) told by a call-back")
async def outcome_is_to_be_told(stage: Stage, who: str) -> None:
    message_id, _state, _told = stage.instance.books.message_of(stage.id_of(who))
    outcome = {"outcome": "the pump is repaired", "tell": "call-back"}
    await stage.instance.leader.settles(message_id, **outcome)
