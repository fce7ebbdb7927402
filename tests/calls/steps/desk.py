"""What agents do on their page."""

from mainline.sip.listening import until
from tests.calls.scenario import PATIENCE_S
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


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
    await until(lambda: shown(call), PATIENCE_S, f"{who} in a slot")
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


@sentence(r"(\d{4}) asks the contact ([\w-]+) alone about (\w+)")
async def asks_alone(stage: Stage, agent: str, contact: str, who: str) -> None:
    """The caller hears music; the agent's telephone takes the second line by itself."""
    stage.first_lines[agent] = stage.talking(agent)
    await stage.first_lines[agent].hold()
    form = {"call_id": stage.id_of(who), "kind": "contact", "target": contact}
    await stage.instance.desk.does(agent, "/consult", **form)
    await until(
        lambda: stage.talking(agent) is not stage.first_lines[agent], PATIENCE_S, "a second line"
    )


@sentence(r"(\d{4}) hands (\w+) over to the contact ([\w-]+), who was asked")
async def hands_over(stage: Stage, agent: str, who: str, contact: str) -> None:
    form = {"call_id": stage.id_of(who), "kind": "contact", "target": contact}
    await stage.instance.desk.does(agent, "/join", **form)
    await until(
        lambda: stage.robot(agent).talking is None, PATIENCE_S, f"both lines of {agent} free"
    )


@sentence(r"(\d{4}) has (\w+) back when nobody answers outside")
async def has_back(stage: Stage, agent: str, who: str) -> None:
    """The second line ends by itself; the page then takes the caller off hold."""
    first = stage.first_lines[agent]
    await until(
        lambda: stage.talking(agent) is first, PATIENCE_S, f"the end of the second line of {agent}"
    )
    await first.resume()


@sentence(r"(\d{4}) is not to be disturbed")
async def not_disturbed(stage: Stage, agent: str) -> None:
    await stage.instance.desk.does(agent, "/pause", reason="dnd")
