"""Real calls, as Asterisk 22.10.1 recorded them, and what they mean. The rows are the test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agi.facts.changes import close
from agi.facts.mapping import begins, facts
from agi.facts.records import Row, parse
from agi.facts.state import CallState, agent_of
from mainline.journal import Event

ROWS = Path(__file__).parent / "rows"


def rows(name: str) -> list[Row]:
    lines = (ROWS / f"{name}.csv").read_bytes().splitlines()
    parsed = [parse(line) for line in lines]
    assert all(parsed)
    return [row for row in parsed if row]


def told(rows: list[Row]) -> list[Event]:
    states: dict[str, CallState] = {}
    found: list[Event] = []
    for row in rows:
        if row.call_id not in states and begins(row):
            states[row.call_id] = CallState(row.call_id, row.at)
        if row.call_id in states:
            # stored and read again after each row: nothing may live in memory only
            states[row.call_id] = CallState.of(states[row.call_id].plain())
            found += facts(states[row.call_id], row)
    return found


def brief(events: list[Event]) -> list[str]:
    return [
        " ".join([event.kind, *(_word(k, v) for k, v in event if _matters(k, v))])
        for event in events
    ]


def _matters(name: str, value: Any) -> bool:
    return name not in {"subject", "at"} and (name, value) != ("callback", None)


def _word(name: str, value: Any) -> str:
    return f"{name}={value}" if name != "file" else f"file={str(value).rpartition('.')[0][-2:]}"


BEGINNING = [
    "call.offered ani={ani} dnis=96888 entry=trunk",
    "recording.started file=-0 segment=0",
    "call.degraded reason=gateway",
    "queue.entered queue=service priority=0 degraded=True",
]
ANSWERED = [
    "agent.offered agent=8001 queue=service channel=PJSIP/phone-8001-{a}",
    "agent.answered agent=8001 queue=service channel=PJSIP/phone-8001-{a}",
    "queue.left queue=service how=answered",
]


def test_an_emergency_is_told_once_however_often_its_caller_waits():
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    state = CallState("ml-1.0", at)
    row = Row(at, "USER_DEFINED", "URGENT", "ml-1.0", "ml-1.0", "PJSIP/trunk-1", {"fault": "leak"})
    told = [fact for _ in range(2) for fact in facts(state, row)]
    assert brief(told) == ["call.urgent fault=leak"]
    assert CallState.of(state.plain()).urgent


def test_a_blind_transfer():
    assert brief(told(rows("blind_transfer"))) == [
        *(line.format(ani="13900000002") for line in BEGINNING),
        *(line.format(a="00000007") for line in ANSWERED),
        "agent.left_call agent=8001",
        "call.transferred how=blind agent=8001 target=8002",
        "recording.started file=-1 segment=1",
        "agent.offered agent=8002 queue= channel=PJSIP/phone-8002-00000008",
        "agent.answered agent=8002 queue= channel=PJSIP/phone-8002-00000008",
        "agent.left_call agent=8002",
        "call.ended cause=16",
    ]


def test_an_attended_transfer_brings_in_the_colleague_who_was_consulted():
    found = told(rows("attended_transfer"))
    assert brief(found) == [
        *(line.format(ani="13900000001") for line in BEGINNING),
        *(line.format(a="00000001") for line in ANSWERED),
        "call.transferred how=attended agent=8001 target=8002",
        "agent.answered agent=8002 queue= channel=PJSIP/phone-8002-00000003",
        "agent.left_call agent=8001",
        "agent.left_call agent=8002",
        "call.ended cause=16",
    ]
    assert {event.subject for event in found} == {"call:ml6ec1cf2a-1795429573.0"}


def test_a_colleague_who_enters_after_the_transfer_is_told_is_in_the_call_too():
    late = rows("attended_transfer")
    entered = next(
        r
        for r in late
        if r.channel.startswith("PJSIP/phone-8002")
        and r.call_id == rows_call()
        and r.type == "BRIDGE_ENTER"
    )
    late.remove(entered)
    place = next(n for n, r in enumerate(late) if r.type == "ATTENDEDTRANSFER")
    late.insert(place + 1, entered)
    kinds = [line.split(" queue")[0] for line in brief(told(late))]
    assert kinds.index("call.transferred how=attended agent=8001 target=8002") + 1 == kinds.index(
        "agent.answered agent=8002"
    )
    assert "agent.left_call agent=8002" in kinds


def test_a_consultation_that_is_called_off_leaves_no_trace():
    without = [r for r in rows("attended_transfer") if r.type != "ATTENDEDTRANSFER"]
    assert "8002" not in " ".join(brief(told(without)))


def test_a_reloaded_page_rejoins_its_call():
    assert brief(told(rows("rejoined"))) == [
        *(line.format(ani="13900000003") for line in BEGINNING),
        *(line.format(a="0000000a") for line in ANSWERED),
        "call.rejoined agent=8001",
        "agent.left_call agent=8001",
        "recording.started file=-1 segment=1",
        "agent.offered agent=8001 queue= channel=PJSIP/phone-8001-0000000b",
        "agent.answered agent=8001 queue= channel=PJSIP/phone-8001-0000000b",
        "agent.left_call agent=8001",
        "call.ended cause=16",
    ]


def test_a_caller_who_gives_up_while_it_rings_a_second_time():
    assert brief(told(rows("rung_twice_then_abandoned"))) == [
        *(line.format(ani="13900000004") for line in BEGINNING),
        "agent.offered agent=8001 queue=service channel=PJSIP/phone-8001-0000000d",
        "agent.missed agent=8001 queue=service elsewhere=False",
        "agent.offered agent=8001 queue=service channel=PJSIP/phone-8001-0000000e",
        "queue.left queue=service how=abandoned",
        "agent.missed agent=8001 queue=service elsewhere=False",
        "call.ended cause=0",
    ]


def test_nobody_answered_in_all_the_time_allowed():
    assert brief(told(rows("nobody_answered"))) == [
        "call.offered ani=13800138000 dnis=95598 entry=trunk",
        "recording.started file=-0 segment=0",
        "call.degraded reason=gateway",
        "queue.entered queue=service priority=0 degraded=True",
        "queue.left queue=service how=timeout",
        "call.ended cause=16",
    ]


def test_an_outgoing_call_that_nobody_answered():
    assert brief(told(rows("placed_and_cancelled"))) == [
        "call.placed agent=8001 number=13911112222",
        "recording.started file=-0 segment=0",
        "agent.left_call agent=8001",
        "call.ended cause=0",
    ]


def test_an_automatic_call_is_dialled_and_reached_or_not():
    dialled = point("DIALLED", number="13922220007", purpose="reminder")
    assert brief(told([dialled, point("REACHED", by="machine", why="LONGGREETING")])) == [
        "call.dialled number=13922220007 purpose=reminder",
        "call.reached by=machine why=LONGGREETING",
    ]
    assert brief(told([dialled, point("UNREACHED", status="BUSY")])) == [
        "call.dialled number=13922220007 purpose=reminder",
        "call.unreached status=BUSY",
    ]
    assert brief(told([point("REACHED", by="person")])) == ["call.reached by=person why="]


@pytest.mark.parametrize("cut", range(1, 32))
def test_a_call_cut_off_at_any_row_is_closed_completely(cut: int):
    """Asterisk was killed: what had begun ends, once, and nothing is left open."""
    of_call = [row for row in rows("blind_transfer") if "1795429834.8" in row.call_id]
    state = CallState(of_call[0].call_id, of_call[0].at)
    before = [fact for row in of_call[:cut] for fact in facts(state, row)]
    everything = before if state.ended else [*before, *close(state, state.last_at)]
    count = dict.fromkeys(("queue.entered", "queue.left", "agent.answered"), 0)
    for event in everything:
        count[event.kind] = count.get(event.kind, 0) + 1
    assert count["queue.entered"] == count["queue.left"]
    assert count["agent.answered"] == count.get("agent.left_call", 0)
    rung = count.get("agent.offered", 0)
    assert rung == count["agent.answered"] + count.get("agent.missed", 0)
    assert count["call.ended"] == 1
    assert everything[-1].at == of_call[cut - 1].at


def test_times_are_those_of_the_event_to_the_microsecond():
    offered = told(rows("blind_transfer"))[0]
    assert offered.at.isoformat() == "2026-11-23T10:30:34.144169+00:00"


def test_two_telephones_of_one_agent_are_one_offer_and_no_miss():
    desk, browser = "PJSIP/phone-8001-00000001", "PJSIP/agent-8001-00000002"
    begin = rows("blind_transfer")[0]

    def row(after_s: float, uniqueid: str, channel: str, **words: Any) -> Row:
        at = begin.at + timedelta(seconds=after_s)
        fields = {"type": "", "user": "", "extra": {}, **words}
        return Row(at=at, uniqueid=uniqueid, call_id=begin.call_id, channel=channel, **fields)

    ring = {"user": "RING", "extra": {"agent": "8001"}}
    up = {"user": "UP", "extra": {"agent": "8001"}}
    found = told(
        [
            row(0, "a", desk, **ring),
            row(0, "b", browser, **ring),
            row(1, "b", browser, type="ANSWER"),
            row(1, "a", desk, type="HANGUP"),
            row(1, "b", browser, **up),
            row(9, "b", browser, type="HANGUP"),
        ]
    )
    assert brief(found) == [
        f"agent.offered agent=8001 queue= channel={desk}",
        f"agent.answered agent=8001 queue= channel={browser}",
        "agent.left_call agent=8001",
    ]


@pytest.mark.parametrize(
    ("channel", "agent"),
    [
        ("PJSIP/agent-8001-0000000a", "8001"),
        ("PJSIP/phone-8001-0000000a", "8001"),
        ("PJSIP/trunk-0000000a", ""),
        ("PJSIP/try-1-0000000a", ""),
        ("Local/zh8001@ml-announce-00000000;1", ""),
        ("", ""),
    ],
)
def test_whose_telephone_a_channel_is(channel: str, agent: str):
    assert agent_of(channel) == agent


def test_announcements_and_consultations_are_no_calls():
    other = [row for row in rows("attended_transfer") if row.call_id != rows_call()]
    assert other
    assert told(other) == []


def rows_call() -> str:
    return "ml6ec1cf2a-1795429573.0"


def point(name: str, **extra: str) -> Row:
    at = rows("nobody_answered")[0].at
    return Row(at, name, name, "ml-9.1;2", "ml-9.1", "Local/x", extra)


def test_a_call_back_is_a_call_of_the_hotline_that_ends_its_visit_by_choice():
    found = [
        point("CALLBACK", callback="7", number="13912345678"),
        point("QUEUED", queue="service", prio="5", degraded="0"),
        point("UNQUEUED", queue="service", status="CALLBACK"),
        point("QUEUED", queue="service"),
        point("UNQUEUED", queue="service", status="SELFSERVICE"),
        point("QUEUED", queue="service"),
        point("UNQUEUED", queue="service", status="OVERFLOW"),
    ]
    assert begins(found[0])
    assert brief(told(found)) == [
        "call.placed agent= number=13912345678 callback=7",
        "queue.entered queue=service priority=5 degraded=False",
        "queue.left queue=service how=callback",
        "queue.entered queue=service priority=0 degraded=False",
        "queue.left queue=service how=self-service",
        "queue.entered queue=service priority=0 degraded=False",
        "queue.left queue=service how=overflow",
    ]
