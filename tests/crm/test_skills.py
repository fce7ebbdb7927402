"""A queue that needs skills is answered by those who have them, whatever the staff list says."""

import pytest

from crm.staff import rules
from crm.staff.kinds import PAUSE_REASONS, SKILL_ROUTING
from crm.staff.models import AgentState
from crm.staff.queries import agent, agents, states_in
from crm.staff.service import add_user, set_place
from crm.staff.skills import SkillRouting
from mainline import definitions
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database

ROUTING = {"queues": [{"queue": "english", "needs": ["english"], "penalty": 2}]}


@pytest.mark.parametrize(
    ("named", "skills", "served"),
    [
        ({}, (), {}),
        ({"repair": 5}, (), {"repair": 5}),
        ({}, ("english", "gas"), {"english": 2}),
        ({"english": 0, "repair": 1}, ("english",), {"english": 0, "repair": 1}),
        ({"english": 0, "repair": 1}, ("gas",), {"repair": 1}),
    ],
)
def test_who_answers_what(
    named: dict[str, int], skills: tuple[str, ...], served: dict[str, int]
) -> None:
    assert SkillRouting.model_validate(ROUTING).served(named, skills) == served


async def test_a_published_rule_counts_at_once_and_a_skill_opens_the_queue(
    database: Database, settings: Settings
) -> None:
    async with database.unit_of_work() as session:
        await rules.install(session, settings.pack_dir)
        await add_user(
            session, login="wang", name="王芳", password="a long password", roles=["agent"],
            agent_number="8001", queues={"repair": 3, "english": 1},
        )  # fmt: skip
        before = (await agent(session, "8001")).queues
        new = await definitions.draft(session, "skill_routing", "company", ROUTING, author="t")
        await definitions.publish(session, "skill_routing", "company", new.version, by="t")
        without = (await agent(session, "8001")).queues
        await set_place(session, "wang", team="north", skills=["english"])
        able = await agent(session, "8001")
    assert before == {"english": 1, "repair": 3}
    assert without == {"repair": 3}
    assert (able.queues, able.team, able.skills) == (before, "north", ("english",))


async def test_who_answers_a_queue_now_is_counted_as_the_board_counts(
    database: Database, settings: Settings
) -> None:
    people = {
        "8001": ("ready", {"english": 0}, ["english"]),
        "8002": ("talking", {"english": 1}, []),
        "8003": ("wrapup", {}, ["english"]),
        "8004": ("closed", {"english": 0}, ["english"]),
        "8005": ("ready", {"repair": 0}, []),
    }
    async with database.unit_of_work() as session:
        await rules.install(session, settings.pack_dir)
        for number, (state, queues, skills) in people.items():
            await add_user(
                session, login=number, name=number, password="a long password", roles=["agent"],
                agent_number=number, queues=queues,
            )  # fmt: skip
            await set_place(session, number, team="", skills=skills)
            session.add(AgentState(number=number, state=state, since=now(), fact_at=now()))
        new = await definitions.draft(session, "skill_routing", "company", ROUTING, author="t")
        await definitions.publish(session, "skill_routing", "company", new.version, by="t")
        for queue, states in (("english", ["ready", "wrapup"]), ("repair", ["ready"])):
            assert sorted((await states_in(session, queue)).elements()) == states
            there = [one.state for one in await agents(session) if queue in one.queues]
            assert sorted(state for state in there if state != "closed") == states


def test_mistakes_in_the_rules_are_found() -> None:
    twice = {"queues": [*ROUTING["queues"], *ROUTING["queues"]]}
    assert [p.code for p in SKILL_ROUTING.problems(twice)] == ["twice"]
    label = {"zh": "会", "en": "x"}
    reasons = {"reasons": [{"code": "wrapup", "label": label}, {"code": "tea", "label": label}]}
    assert [p.code for p in PAUSE_REASONS.problems(reasons)] == ["reserved", "no-other"]
