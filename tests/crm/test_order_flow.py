"""The flow machine: random acts never make an illegal order, and its history makes it anew."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.catalog.work_order_types import WorkOrderTypes
from crm.work_orders import flow
from crm.work_orders.flow import ALONE, Act, Around, State, apply, begin, possible, replay
from mainline.config import PROJECT
from mainline.errors import MainlineError


def pack(name: str) -> WorkOrderTypes:
    text = Path(PROJECT / "packs" / name / "work_orders.yaml").read_text("utf-8")
    return WorkOrderTypes.model_validate(yaml.safe_load(text))


HEAT = pack("heat")
PEOPLE = ("8001", "冯涛", "emergency", "care", "dispatcher")
ACTIONS = sorted(
    {way.action for steps in HEAT.flows.values() for step in steps for way in step.transitions}
    | set(flow.BY_PEOPLE)
    | {"escalate", "part", "follow", "at_home", "warn"}
)
ACTS = st.builds(
    Act,
    st.sampled_from(ACTIONS),
    st.sampled_from(PEOPLE),
    st.sampled_from(("", *PEOPLE)),
    st.sampled_from(("", "why")),
)
AROUND = st.builds(Around, st.booleans(), st.booleans(), st.booleans())


def run(*acts: Act, type_code: str = "leak", state: State | None = None) -> State:
    now = state or begin(HEAT, type_code)
    for act in acts:
        now = apply(HEAT, type_code, now, act)
    return now


def refused(state: State, act: Act, around: Around = ALONE) -> str:
    with pytest.raises(MainlineError) as caught:
        apply(HEAT, "leak", state, act, around)
    return caught.value.code


def attempt(type_code: str, state: State, act: Act, around: Around) -> tuple[State | None, str]:
    """What comes of it, or the code of the refusal, which has words in both languages."""
    try:
        return apply(HEAT, type_code, state, act, around), ""
    except MainlineError as why:
        both = {why.words.to("zh_CN"), why.words.to("en")}
        return None, why.code if len(both) == 2 else "untranslated"


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([one.code for one in HEAT.types]),
    st.lists(st.tuples(ACTS, AROUND), max_size=25),
)
def test_random_acts_never_make_an_illegal_order_and_its_history_makes_it_anew(
    type_code: str, acts: list[tuple[Act, Around]]
) -> None:
    state = begin(HEAT, type_code)
    steps = {step.code: step for step in HEAT.flows[HEAT.type(type_code).flow]}
    history = [Act("open", "8001", state.team)]
    for act, around in acts:
        ways, verbs = possible(HEAT, type_code, state, around)
        after, why = attempt(type_code, state, act, around)
        if after is None:
            assert why in REFUSALS
            continue
        if act.action in flow.BY_PEOPLE:
            assert act.action in verbs
        elif act.action not in {"escalate", "part", "follow"}:
            assert act.action in {way.action for way in ways}
        assert after.step in steps
        assert "" not in {after.owner, after.overseer}
        assert after.team in HEAT.teams
        assert not (steps[after.step].is_final and after.paused)
        if steps[state.step].is_final and act.action != "follow":
            pytest.fail("a closed order moved")
        state = after
        history.append(act)
    assert replay(HEAT, type_code, history) == state


REFUSALS = {
    *("step-refused", "note-needed", "somebody-needed", "nothing-changes", "order-paused"),
    *("limit-broken", "led", "parts-open"),
}


def test_an_order_goes_all_the_way_with_one_owner_and_one_overseer() -> None:
    state = begin(HEAT, "leak")
    assert (state.owner, state.overseer) == ("emergency", "dispatcher")
    seen = []
    for act in (
        Act("assign", "dispatcher", "8001"),
        Act("accept", "8002"),
        Act("confirm", "8002"),
        Act("arrive", "8002"),
        Act("measure", "8002", note="18.5"),
        Act("reassign", "dispatcher", "8003", "off duty"),
        Act("supervise", "陈静"),
        Act("complete", "8003", note="done"),
        Act("review", "dispatcher"),
        Act("visit", "8001", note="satisfied"),
        Act("close", "8001"),
    ):
        state = run(act, state=state)
        seen.append((state.step, state.owner, state.overseer))
    assert seen == [
        ("assigned", "8001", "dispatcher"),
        ("accepted", "8002", "dispatcher"),
        ("confirmed", "8002", "dispatcher"),
        ("on_site", "8002", "dispatcher"),
        ("on_site", "8002", "dispatcher"),
        ("on_site", "8003", "dispatcher"),
        ("on_site", "8003", "陈静"),
        ("done", "8003", "陈静"),
        ("reviewed", "8003", "陈静"),
        ("visited", "8003", "陈静"),
        ("closed", "8003", "陈静"),
    ]


def test_given_back_and_reopened_it_belongs_to_its_team_again() -> None:
    taken = run(Act("assign", "d", "repair"), Act("accept", "8001"))
    assert (taken.team, taken.owner) == ("repair", "8001")
    assert run(Act("give_back", "8001", note="no parts"), state=taken).owner == "repair"
    done = run(Act("arrive", "8001"), Act("complete", "8001", note="ok"), state=taken)
    assert run(Act("reopen", "8002", note="drips"), state=done).owner == "repair"


def test_what_may_not_be_done_is_refused_with_its_own_code() -> None:
    new = begin(HEAT, "leak")
    assert refused(new, Act("complete", "x")) == "step-refused"
    assert refused(new, Act("cancel", "x", note=" ")) == "note-needed"
    assert refused(new, Act("reassign", "x", note="why")) == "somebody-needed"
    assert refused(new, Act("reassign", "x", "emergency", "why")) == "nothing-changes"
    assert refused(new, Act("second_dispatch", "x", "8001", "why")) == "somebody-needed"
    assert refused(new, Act("supervise", "dispatcher")) == "nothing-changes"
    assert refused(new, Act("resume", "x")) == "nothing-changes"
    assert refused(new, Act("pause", "x", note="why"), Around(late=True)) == "limit-broken"
    paused = run(Act("pause", "x", note="nobody at home"), state=new)
    assert refused(paused, Act("assign", "x")) == "order-paused"
    assert refused(paused, Act("pause", "x", note="again")) == "order-paused"
    closed = run(Act("follow", "x"), state=paused)
    assert (closed.step, closed.paused) == ("closed", False)
    for verb in flow.BY_PEOPLE:
        assert refused(closed, Act(verb, "x", "care", "why")) == "step-refused"


def test_a_part_is_closed_by_who_leads_and_only_when_all_have_finished() -> None:
    done = replace(begin(HEAT, "leak"), step="done")
    assert refused(done, Act("close", "x"), Around(led=True)) == "led"
    assert refused(done, Act("close", "x"), Around(parts_open=True)) == "parts-open"
    ways, _ = possible(HEAT, "leak", done, Around(led=True))
    assert "close" not in {way.action for way in ways}
    assert run(Act("close", "x"), state=done).step == "closed"
    part = replace(done, step="new", part_of="20261123-0001")
    assert refused(part, Act("second_dispatch", "x", "care", "why")) == "led"


def test_nothing_that_a_page_offers_is_refused_for_the_state_of_the_order() -> None:
    state = begin(HEAT, "leak")
    for name in ("assign", "accept", "arrive", "complete", "close"):
        ways, verbs = possible(HEAT, "leak", state)
        for action in [*(way.action for way in ways), *verbs]:
            act = Act(action, "8009", "care", "why")
            assert apply(HEAT, "leak", state, act).owner
        state = run(Act(name, "8009", note="why"), state=state)
    assert possible(HEAT, "leak", state) == ((), ())


@pytest.mark.parametrize("name", ["gas", "heat", "water"])
def test_every_pack_knows_review_return_visit_and_measuring(name: str) -> None:
    actions = {way.action for step in pack(name).flows["repair"] for way in step.transitions}
    assert {"assign", "accept", "confirm", "arrive", "measure", "give_back", "complete"} <= actions
    assert {"review", "visit", "close", "reopen"} <= actions
