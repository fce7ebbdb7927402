"""A leak may end a wrap-up, never a call and never a pause, and no more of them than it needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.emergencies import called_back
from agi.leases import Finding
from crm.staff.queries import AgentView
from mainline.asterisk.snapshots import Member, Queues, Waiting

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def agent(
    number: str, state: str = "wrapup", *, since_s: int = 10, word: str = "ready"
) -> AgentView:
    return AgentView(
        number=number,
        name=number,
        user_id=int(number),
        station="softphone",
        state=state,
        since=AT - timedelta(seconds=since_s),
        reason="",
        call_id=f"call-of-{number}",
        word=word,
    )


def member(number: str, queue: str = "emergency", **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "agent": number,
        "station": "softphone",
        "queue": queue,
        "penalty": 0,
        "paused": True,
        "reason": "wrapup",
        "in_call": False,
        "status": 1,
        "last_pause": 0,
        **changes,
    }
    return Member(**fields)


def leak(number: int = 1, queue: str = "emergency", priority: int = 100) -> Waiting:
    return Waiting(queue, f"PJSIP/trunk-{number}", f"ml-{number}.0", number, 1, priority)


def queues(members: list[Member], *waiting: Waiting) -> Queues:
    return Queues(frozenset({"emergency", "service"}), tuple(members), waiting)


def ended(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.agent, one.call_id, one.for_call) for one in found]


def test_who_is_longest_in_wrapup_takes_the_leak():
    agents = [agent("8001", since_s=5), agent("8002", since_s=40), agent("8003", since_s=20)]
    members = [member(one.number) for one in agents]
    found = called_back(agents, queues(members, leak()), AT)
    assert found == [
        Finding(
            "called-back",
            "8002",
            "softphone",
            queue="emergency",
            call_id="call-of-8002",
            for_call="ml-1.0",
        )
    ]


def test_two_leaks_call_two_back_in_their_order():
    agents = [agent("8001", since_s=5), agent("8002", since_s=40), agent("8003", since_s=20)]
    members = [member(one.number) for one in agents]
    found = called_back(agents, queues(members, leak(2), leak(1)), AT)
    assert ended(found) == [
        ("8002", "call-of-8002", "ml-1.0"),
        ("8003", "call-of-8003", "ml-2.0"),
    ]


@pytest.mark.parametrize(
    "free",
    [
        member("8002", paused=False, reason=""),
        member("8002", paused=False, reason="", status=6),
    ],
)
def test_nobody_is_called_back_while_somebody_is_free_or_rung(free: Member):
    agents = [agent("8001"), agent("8002", "ready")]
    assert called_back(agents, queues([member("8001"), free], leak()), AT) == []


@pytest.mark.parametrize(
    "busy",
    [
        member("8001", paused=False, reason="", status=2),
        member("8001", status=2),
        member("8001", in_call=True),
        member("8001", reason="break"),
        member("8001", status=5),
        member("8001", queue="service"),
    ],
)
def test_calls_pauses_and_other_queues_are_left_alone(busy: Member):
    assert called_back([agent("8001")], queues([busy], leak()), AT) == []


@pytest.mark.parametrize(
    "one",
    [
        agent("8001", "talking"),
        agent("8001", "ringing"),
        agent("8001", "paused", word="paused"),
        agent("8001", word="paused"),
        agent("8001", word="closed"),
    ],
)
def test_who_talks_or_wants_a_pause_is_left_alone(one: AgentView):
    assert called_back([one], queues([member("8001")], leak()), AT) == []


def test_an_ordinary_caller_ends_no_wrapup():
    caller = leak(priority=99)
    assert called_back([agent("8001")], queues([member("8001")], caller), AT) == []


standings = st.tuples(
    st.sampled_from(["ready", "wrapup", "talking", "ringing", "paused"]),
    st.sampled_from(["ready", "paused"]),
    st.booleans(),
    st.sampled_from(["", "wrapup", "break"]),
    st.sampled_from([1, 2, 5, 6]),
    st.booleans(),
    st.integers(0, 300),
)


@given(st.lists(standings, max_size=6), st.lists(st.sampled_from([0, 80, 100]), max_size=5))
def test_whatever_the_floor_only_wrapups_end_and_never_more_than_leaks_wait(
    floor: list[tuple[Any, ...]], priorities: list[int]
):
    agents, members = [], []
    for index, (state, word, paused, reason, status, in_call, since_s) in enumerate(floor):
        number = str(8001 + index)
        agents.append(agent(number, state, since_s=since_s, word=word))
        members.append(member(number, paused=paused, reason=reason, status=status, in_call=in_call))
    waiting = [leak(index, priority=each) for index, each in enumerate(priorities, start=1)]
    found = called_back(agents, queues(members, *waiting), AT)
    by_number = {one.number: (one, at) for one, at in zip(agents, members, strict=True)}
    for one in found:
        view, at = by_number[one.agent]
        assert (view.state, view.word) == ("wrapup", "ready")
        assert at.paused
        assert at.reason == "wrapup"
        assert not at.busy
    assert len(found) <= priorities.count(100)
    assert len({one.agent for one in found}) == len(found)
