"""What the points of the desk mean: the menu, parking, conferences, missed colleagues."""

from datetime import UTC, datetime, timedelta

from agi.facts.mapping import about, alone, facts
from agi.facts.records import Row
from agi.facts.state import CallState
from mainline.journal import Event

CALL, AT = "ml1-1.0", datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
CUSTOMER, AGENT, THIRD = "ml1-1.0", "ml1-1.2", "ml1-9.9"


def row(second: int, point: str, uniqueid: str = CUSTOMER, linked: str = CALL, **extra: str) -> Row:
    user, kind = ("", point) if point in {"ANSWER", "HANGUP", "LINKEDID_END"} else (point, point)
    channel = "PJSIP/trunk-00000001" if uniqueid == CUSTOMER else "PJSIP/agent-8002-00000009"
    return Row(AT + timedelta(seconds=second), kind, user, uniqueid, linked, channel, extra)


def told(*rows: Row) -> list[tuple[str, ...]]:
    state, found = CallState(CALL, AT), list[Event]()
    for each in (about(one) for one in rows):
        assert each.call_id == CALL
        state = CallState.of(state.plain())
        found += facts(state, each)
    keep = ("agent", "node", "back", "to", "slot", "how", "by")
    return [
        (each.kind, *(str(getattr(each, name)) for name in keep if hasattr(each, name)))
        for each in found
    ]


def test_whoever_comes_back_to_the_agent_keeps_the_agent_reserved():
    menu = row(1, "MENU", agent="8001", node="arrears", back="agent")
    assert told(menu, row(9, "BACK", agent="8001", to="agent")) == [
        ("call.menu_sent", "8001", "arrears", "agent"),
        ("agent.reserved", "8001"),
        ("call.menu_returned", "8001", "agent"),
    ]


def test_an_agent_to_whom_nobody_comes_back_is_released():
    menu = row(1, "MENU", agent="8001", node="arrears", back="agent")
    assert told(menu, row(9, "BACK", agent="8001", to="queue"))[2:] == [
        ("call.menu_returned", "8001", "queue"),
        ("agent.released", "8001", "return"),
    ]
    for back in ("queue", "end", "nonsense"):
        sent = told(row(1, "MENU", agent="8001", node="arrears", back=back))
        assert [kind for kind, *_ in sent] == ["call.menu_sent"]


def test_parking_and_taking_back():
    parked = row(1, "PARKED", agent="8001", slot="701")
    assert told(parked, row(5, "UNPARKED", agent="8002", how="taken")) == [
        ("call.parked", "8001", "701"),
        ("call.unparked", "8002", "taken"),
    ]


def test_a_colleague_in_a_conference_talks_with_the_caller_until_leaving_once():
    joins = row(1, "CONFERENCE", THIRD, THIRD, call=CALL, agent="8002", does="joins")
    leaves = row(9, "CONFERENCE", THIRD, THIRD, call=CALL, agent="8002", does="leaves")
    assert told(joins, leaves, row(9, "HANGUP", THIRD)) == [
        ("conference.joined", "8002"),
        ("agent.answered", "8002"),
        ("conference.left", "8002"),
        ("agent.left_call", "8002"),
    ]


def test_somebody_outside_in_a_conference_is_no_agent():
    joins = row(1, "CONFERENCE", THIRD, THIRD, call=CALL, agent="", does="joins")
    assert told(joins, row(9, "LINKEDID_END")) == [("conference.joined", ""), ("call.ended",)]


def test_a_colleague_who_was_not_reached_finds_it_in_the_list_and_it_is_no_call():
    missed = row(1, "DIRECT", THIRD, THIRD, agent="8002", caller="8001", why="QUIET")
    (fact,) = alone(missed)
    assert (fact.kind, fact.subject) == ("agent.direct_missed", "agent:8002")
    assert (fact.caller, fact.why) == ("8001", "QUIET")  # type: ignore[attr-defined]
    assert alone(row(1, "PARKED", agent="8001", slot="701")) == []


def test_of_several_who_ring_only_the_one_who_answers_counts():
    """Whose telephone fell silent because a colleague was faster has missed nothing."""
    rows = (
        row(1, "RING", AGENT, agent="8002"),
        row(1, "RING", THIRD, agent="8003"),
        row(2, "ANSWER", AGENT),
        row(2, "HANGUP", THIRD),
        row(3, "UP", AGENT, agent="8002"),
        row(4, "HANGUP", AGENT),
    )
    state, found = CallState(CALL, AT), list[Event]()
    for each in rows:
        found += facts(state, each)
    assert [(each.kind, getattr(each, "elsewhere", None)) for each in found] == [
        ("agent.offered", None),
        ("agent.offered", None),
        ("agent.missed", True),
        ("agent.answered", None),
        ("agent.left_call", None),
    ]
