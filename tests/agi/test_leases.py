"""The telephone follows the books; what ends by itself ends in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from agi.leases import Finding, Patience, findings
from crm.staff.queries import AgentView
from dialplan.contract import LAST_RESORT_PENALTY
from mainline.asterisk.snapshots import Member

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
QUEUES = ("service", "repair")


def agent(state: str = "ready", word: str = "ready", **changes: Any) -> AgentView:
    fields: dict[str, Any] = {
        "number": "8001",
        "name": "王芳",
        "user_id": 1,
        "station": "softphone",
        "state": state,
        "since": AT - timedelta(seconds=30),
        "reason": "",
        "call_id": None,
        "word": word,
        "queues": {"repair": 3},
        **changes,
    }
    return AgentView(**fields)


def member(queue: str = "service", **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "agent": "8001",
        "station": "softphone",
        "queue": queue,
        "penalty": 0,
        "paused": False,
        "reason": "",
        "in_call": False,
        "status": 1,
        "last_pause": 0,
        **changes,
    }
    return Member(**fields)


def everywhere(**changes: Any) -> list[Member]:
    """As the books want it: the last resort, and repair with its penalty."""
    wanted = {"service": LAST_RESORT_PENALTY, "repair": 3}
    return [member(queue, **{"penalty": wanted[queue], **changes}) for queue in QUEUES]


def found(one: AgentView, *members: Member, wrapup_s: int = 60) -> list[Finding]:
    return findings([one], members, AT, wrapup_s=wrapup_s)


def kinds(one: AgentView, *members: Member, **options: int) -> list[str]:
    return [finding.kind for finding in found(one, *members, **options)]


def test_who_is_ready_and_in_all_queues_is_left_alone():
    assert kinds(agent(), *everywhere()) == []


def test_who_is_ready_but_lost_by_asterisk_joins_again():
    assert found(agent(), member("service", penalty=LAST_RESORT_PENALTY)) == [
        Finding("join", "8001", "softphone", queue="repair", penalty=3)
    ]
    assert [f.queue for f in found(agent())] == ["service", "repair"]


def test_a_penalty_that_asterisk_forgot_or_a_leader_changed_is_set_again():
    assert found(agent(), *everywhere(penalty=0)) == [
        Finding("penalty", "8001", "softphone", queue="service", penalty=LAST_RESORT_PENALTY),
        Finding("penalty", "8001", "softphone", queue="repair", penalty=3),
    ]


def test_a_queue_that_was_left_in_the_books_is_left_in_asterisk():
    assert found(agent(), *everywhere(), member("billing")) == [
        Finding("leave", "8001", "softphone", queue="billing")
    ]


def test_who_went_home_is_taken_out():
    assert [(f.kind, f.queue) for f in found(agent("closed", "closed"), *everywhere())] == [
        ("leave", "service"),
        ("leave", "repair"),
    ]


def test_the_telephone_of_the_other_station_is_taken_out():
    other = member("service", station="phone")
    assert found(agent(), *everywhere(), other) == [
        Finding("leave", "8001", "phone", queue="service")
    ]


def test_who_paused_is_paused_with_the_reason():
    one = agent("paused", "paused", reason="lunch")
    assert found(one, *everywhere()) == [Finding("pause", "8001", "softphone", reason="lunch")]
    assert kinds(one, *everywhere(paused=True)) == []
    assert kinds(one) == []


def test_who_is_ready_is_not_left_paused():
    assert kinds(agent(), *everywhere(paused=True, reason="wrapup")) == ["unpause"]


def test_who_talks_or_rings_keeps_the_pause_of_wrapup():
    assert kinds(agent("talking"), *everywhere(paused=True, reason="wrapup", status=2)) == []
    assert kinds(agent(), *everywhere(paused=True, reason="wrapup", in_call=True)) == []


def test_wrapup_after_an_outgoing_call_is_a_pause_too():
    one = agent("wrapup", call_id="ml1-1.0")
    assert found(one, *everywhere()) == [Finding("pause", "8001", "softphone", reason="wrapup")]


def test_wrapup_ends_when_its_time_is_over():
    one = agent("wrapup", call_id="ml1-1.0")
    paused = everywhere(paused=True, reason="wrapup")
    assert kinds(one, *paused, wrapup_s=31) == []
    assert found(one, *paused, wrapup_s=30) == [
        Finding("wrapup-over", "8001", "softphone", reason="ready", call_id="ml1-1.0")
    ]


def test_a_telephone_that_has_gone_is_unreachable_but_not_in_mid_call():
    assert kinds(agent(), *everywhere(status=5)) == ["unreachable"]
    assert kinds(agent("talking"), *everywhere(status=5)) == []


def test_who_stays_unreachable_is_signed_out():
    gone = agent("paused", "paused", reason="unreachable", since=AT - timedelta(seconds=900))
    assert kinds(gone, *everywhere(paused=True, status=5)) == ["sign-out"]
    assert kinds(agent("paused", "paused", reason="unreachable"), *everywhere(paused=True)) == []


def test_a_difference_counts_when_it_lasts():
    patience, one = Patience(), Finding("unpause", "8001", "softphone")
    assert patience.due([one], AT) == []
    assert patience.due([one], AT + timedelta(seconds=2)) == []
    assert patience.due([one], AT + timedelta(seconds=3)) == [one]


def test_a_difference_that_went_away_begins_anew():
    patience, one = Patience(), Finding("unpause", "8001", "softphone")
    patience.due([one], AT)
    patience.due([], AT + timedelta(seconds=2))
    assert patience.due([one], AT + timedelta(seconds=4)) == []


def test_the_end_of_wrapup_waits_for_nothing_and_unreachable_waits_longer():
    over = Finding("wrapup-over", "8001", "softphone")
    gone = Finding("unreachable", "8002", "softphone")
    patience = Patience()
    assert patience.due([over, gone], AT) == [over]
    assert patience.due([gone], AT + timedelta(seconds=19)) == []
    assert patience.due([gone], AT + timedelta(seconds=20)) == [gone]


def test_who_is_kept_free_for_a_call_back_is_left_alone_but_not_for_ever():
    kept = {"paused": True, "reason": "callback"}
    fresh = int(AT.timestamp()) - 30
    assert kinds(agent(), *everywhere(**kept, last_pause=fresh)) == []
    assert kinds(agent(), *everywhere(**kept, last_pause=fresh - 60)) == ["unpause"]


def test_an_agent_of_a_branch_is_rung_first_for_its_callers_where_the_queue_has_that():
    wei = agent(branch="tiexi")
    joins = [(f.kind, f.queue, f.penalty) for f in found(wei, *everywhere())]
    assert joins == [("join", "repair-at-tiexi", 3)]
    assert kinds(wei, *everywhere(), member("repair-at-tiexi", penalty=3)) == []


def test_who_has_left_the_branch_leaves_its_queue():
    left = found(agent(), *everywhere(), member("repair-at-tiexi", penalty=3))
    assert [(f.kind, f.queue) for f in left] == [("leave", "repair-at-tiexi")]
    closed = found(agent("closed", "closed", branch="tiexi"), member("repair-at-tiexi"))
    assert [(f.kind, f.queue) for f in closed] == [("leave", "repair-at-tiexi")]
