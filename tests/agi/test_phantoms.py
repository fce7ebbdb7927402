"""Books and Asterisk are compared: a call that one of them has alone is found."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agi.phantoms import Lasting, Phantom, overdue, phantoms
from mainline.asterisk.snapshots import Channel
from tests.agi.test_leases import AT, agent

CALL = "ml1-1.0"


def leg(name: str, call_id: str = CALL, bridge: str = "b1") -> Channel:
    return Channel(name, call_id, call_id, "ml-queue", "service", "", 5, bridge)


CUSTOMER = leg("PJSIP/trunk-00000001")
AGENT = leg("PJSIP/agent-8001-00000002")


def found(state: str, *legs: Channel, call_id: str | None = CALL) -> list[Phantom]:
    return phantoms([agent(state, call_id=call_id)], legs)


@pytest.mark.parametrize("state", ["ringing", "talking", "held"])
def test_who_is_in_a_call_in_both_is_left_alone(state: str) -> None:
    assert found(state, CUSTOMER, AGENT) == []
    assert found(state, leg("PJSIP/phone-8001-00000002", bridge="")) == []
    consulted_before = leg("PJSIP/agent-8001-00000002", "ml1-9.9")
    assert found(state, CUSTOMER, consulted_before) == []


@pytest.mark.parametrize("state", ["ringing", "talking", "held"])
@pytest.mark.parametrize(
    "legs",
    [
        [],
        [CUSTOMER],
        [leg("PJSIP/agent-8002-00000002")],
        [leg("PJSIP/agent-8001-00000002", "ml1-9.9")],
        [CUSTOMER, leg("PJSIP/agent-8001-00000002", "ml1-9.9", "b2")],
    ],
)
def test_a_call_of_the_books_alone_is_a_phantom(state: str, legs: list[Channel]) -> None:
    assert found(state, *legs) == [Phantom("8001", CALL, state, "gone")]


@pytest.mark.parametrize("state", ["ready", "paused", "wrapup", "reserved", "closed"])
def test_a_call_of_asterisk_alone_is_found(state: str) -> None:
    assert found(state, CUSTOMER, AGENT, call_id=None) == [Phantom("8001", CALL, state, "talking")]


def test_colleagues_among_themselves_and_ringing_telephones_are_no_calls() -> None:
    colleague = leg("PJSIP/agent-8002-00000003", "ml1-2.0", "b2")
    own = leg("PJSIP/agent-8001-00000004", "ml1-2.0", "b2")
    assert found("ready", CUSTOMER, own, colleague, call_id=None) == []
    rings = leg("PJSIP/agent-8001-00000002", bridge="")
    assert found("ready", leg("PJSIP/trunk-00000001", bridge=""), rings, call_id=None) == []


def test_a_difference_counts_when_it_lasts() -> None:
    lasting, one = Lasting(5), Phantom("8001", CALL, "talking", "gone")
    seconds: Any = lambda count: AT + timedelta(seconds=count)  # noqa: E731
    assert lasting.due([one], AT) == []
    assert lasting.due([one], seconds(4)) == []
    assert lasting.due([one], seconds(5)) == [one]
    assert lasting.due([], seconds(6)) == []
    assert lasting.due([one], seconds(12)) == []


def test_a_reservation_ends_after_five_minutes() -> None:
    began = datetime(2026, 11, 23, 1, 55, tzinfo=UTC)
    kept = agent("reserved", call_id=CALL, since=began)
    assert overdue([kept], began + timedelta(seconds=299)) == []
    assert overdue([kept], began + timedelta(seconds=300)) == [kept]
    assert overdue([agent("talking", since=began)], AT) == []
