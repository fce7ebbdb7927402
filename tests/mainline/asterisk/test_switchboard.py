"""Each verb says exactly one thing to Asterisk, and nothing when its arguments are wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from mainline.asterisk.ami import Ami, AmiDown, AmiRefused
from mainline.asterisk.snapshots import Member, Waiting
from mainline.asterisk.switchboard import Switchboard
from mainline.errors import Invalid, NotFound, Unavailable
from tests.fakes.asterisk_ami import SECRET, USER, Action, AmiServer, Connection, message, success

Verb = Callable[[Switchboard], Awaitable[Any]]


class Desk:
    """A switchboard on a server whose answers can be exchanged."""

    def __init__(self, server: AmiServer, board: Switchboard) -> None:
        self.server, self.board = server, board

    def refuses(self, words: str) -> None:
        def no(_: Connection, action: Action) -> Sequence[bytes]:
            return [message(Response="Error", ActionID=action["ActionID"][0], Message=words)]

        self.server.answers = no

    def lists(self, *items: dict[str, str | int]) -> None:
        def listed(_: Connection, action: Action) -> Sequence[bytes]:
            number = action["ActionID"][0]
            if action["Action"][0] not in {"Status", "QueueStatus"}:
                return success(_, action)
            return [
                message(Response="Success", ActionID=number, EventList="start"),
                *(message(ActionID=number, **item) for item in items),
                message(Event="Complete", ActionID=number, EventList="Complete"),
            ]

        self.server.answers = listed

    @property
    def said(self) -> dict[str, str]:
        last = self.server.actions[-1]
        return {key: "|".join(value) for key, value in last.items() if key != "ActionID"}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with AmiServer() as server:
        ami = Ami(port=server.port, user=USER, secret=SECRET)
        stop = asyncio.Event()
        task = asyncio.create_task(ami.run(stop))
        await asyncio.wait_for(ami.up.wait(), 60)
        yield Desk(server, Switchboard(ami, key_prefix="ml12345678"))
        stop.set()
        await task


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (
            lambda b: b.queue_add("service", "8001", "softphone", penalty=2),
            "QueueAdd Interface=PJSIP/agent-8001 MemberName=8001 Paused=false Penalty=2 "
            "Queue=service",
        ),
        (
            lambda b: b.queue_add("service", "8001", "phone", paused="lunch"),
            "QueueAdd Interface=PJSIP/phone-8001 MemberName=8001 Paused=true Penalty=0 "
            "Queue=service Reason=lunch",
        ),
        (
            lambda b: b.queue_remove("service", "8001", "softphone"),
            "QueueRemove Interface=PJSIP/agent-8001 Queue=service",
        ),
        (
            lambda b: b.pause("8001", "softphone", "午饭"),
            "QueuePause Interface=PJSIP/agent-8001 Paused=true Reason=午饭",
        ),
        (
            lambda b: b.unpause("8001", "phone"),
            "QueuePause Interface=PJSIP/phone-8001 Paused=false Reason=",
        ),
        (
            lambda b: b.change_priority("service", "PJSIP/trunk-00000001", 9),
            "QueueChangePriorityCaller Caller=PJSIP/trunk-00000001 Immediate=true Priority=9 "
            "Queue=service",
        ),
        (
            lambda b: b.hang_up("PJSIP/trunk-00000001"),
            "Hangup Cause=16 Channel=PJSIP/trunk-00000001",
        ),
        (
            lambda b: b.redirect("PJSIP/trunk-00000001", "ml-queue", "repair"),
            "Redirect Channel=PJSIP/trunk-00000001 Context=ml-queue Exten=repair Priority=1",
        ),
        (
            lambda b: b.blind_transfer("PJSIP/agent-8001-0000001a", "8002", context="ml-transfer"),
            "BlindTransfer Channel=PJSIP/agent-8001-0000001a Context=ml-transfer Exten=8002",
        ),
        (
            lambda b: b.attended_transfer("PJSIP/agent-8001-0000001a", "8002", context="ml-agents"),
            "Atxfer Channel=PJSIP/agent-8001-0000001a Context=ml-agents Exten=8002",
        ),
        (
            lambda b: b.cancel_attended_transfer("PJSIP/agent-8001-0000001a"),
            "CancelAtxfer Channel=PJSIP/agent-8001-0000001a",
        ),
    ],
)
async def test_a_verb_says_one_thing(desk: Desk, verb: Verb, said: str):
    await verb(desk.board)
    words = desk.said
    action = words.pop("Action")
    assert " ".join([action, *(f"{k}={v}" for k, v in sorted(words.items()))]) == said
    assert len(desk.server.names()) == 1


async def test_calling_out_rings_the_agents_own_telephone_which_answers_by_itself(desk: Desk):
    call = await desk.board.call_out("8001", "softphone", "13911112222")
    assert call.startswith("ml12345678-")
    assert desk.said == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "PJSIP/agent-8001",
        "ChannelId": call,
        "Context": "ml-out",
        "Exten": "13911112222",
        "Priority": "1",
        "Timeout": "20000",
        "Variable": "PJSIP_HEADER(add,Alert-Info)=<http://localhost>\\;info=alert-autoanswer|"
        f"PJSIP_HEADER(add,X-Call-Key)={call}",
    }


async def test_a_leader_joins_from_the_own_telephone(desk: Desk):
    await desk.board.spy("8801", "softphone", "PJSIP/agent-8001-0000001a", "whisper")
    assert desk.said["Channel"] == "PJSIP/agent-8801"
    assert (desk.said["Context"], desk.said["Exten"]) == ("ml-spy", "whisper")
    assert "MAINLINE_SPY_CHANNEL=PJSIP/agent-8001-0000001a" in desk.said["Variable"]


async def test_an_automatic_call_goes_through_the_dialplans_rules_under_the_id_it_was_given(
    desk: Desk,
):
    call = desk.board.new_call_id()
    await desk.board.dial("13911112222", call_id=call, purpose="reminder", ring_s=30, detect=True)
    assert desk.said == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "Local/13911112222@ml-auto-dial/n",
        "ChannelId": call,
        "Context": "ml-auto",
        "Exten": "s",
        "Priority": "1",
        "Timeout": "35000",
        "Variable": "MAINLINE_PURPOSE=reminder|MAINLINE_RING=30|MAINLINE_DETECT=1",
    }


async def test_staff_outside_are_called_first_and_then_the_customer(desk: Desk):
    call = await desk.board.meet("13911112222", "13800008000")
    assert desk.said["ChannelId"] == call
    assert desk.said["Channel"] == "Local/13911112222@ml-auto-dial/n"
    assert (desk.said["Context"], desk.said["Exten"]) == ("ml-meet", "13800008000")


@pytest.mark.parametrize(
    "verb",
    [
        lambda b: b.dial("1391111@x", call_id="ml-1.1", purpose="home", ring_s=30),
        lambda b: b.dial("13911112222", call_id="ml-1.1", purpose="home|X=1", ring_s=30),
        lambda b: b.dial("13911112222", call_id="ml-1.1", purpose="home", ring_s=500),
        lambda b: b.meet("13911112222", "13800008000,1"),
        lambda b: b.queue_add("Service!", "8001", "softphone"),
        lambda b: b.queue_add("service", "8001@x", "softphone"),
        lambda b: b.queue_add("service", "80011111", "softphone"),
        lambda b: b.queue_add("service", "8001", "softphone", penalty=-1),
        lambda b: b.pause("8001", "softphone", "a\r\nAction: Originate"),
        lambda b: b.pause("8001", "softphone", "a|b"),
        lambda b: b.hang_up("/^PJSIP/"),
        lambda b: b.hang_up("PJSIP/x y"),
        lambda b: b.redirect("PJSIP/trunk-1", "ml-queue", "${SHELL(id)}"),
        lambda b: b.call_out("8001", "softphone", "13911112222,1"),
        lambda b: b.call_out("8001", "softphone", "13911112222\r\nExten: 00"),
        lambda b: b.spy("8801", "softphone", "SIP/x", "whisper"),
        lambda b: b.spy("8801", "softphone", "PJSIP/agent-8001-1", "shout"),
        lambda b: b.rejoin("x y", "8001"),
        lambda b: b.consult("ml-1.1", "PJSIP/trunk-1", "8001", "softphone", "138,1"),
        lambda b: b.consult("ml-1.1|x", "PJSIP/trunk-1", "8001", "softphone", "13911112222"),
        lambda b: b.consult("ml-1.1", "PJSIP/x y", "8001", "softphone", "13911112222"),
        lambda b: b.change_priority("service", "PJSIP/trunk-1", 1000),
    ],
)
async def test_wrong_arguments_reach_nobody(desk: Desk, verb: Verb):
    with pytest.raises(Invalid):
        await verb(desk.board)
    assert desk.server.names() == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (
            lambda b: b.queue_add("service", "8001", "phone"),
            "Unable to add interface: Already there",
        ),
        (
            lambda b: b.queue_remove("service", "8001", "phone"),
            "Unable to remove interface: Not there",
        ),
        (lambda b: b.hang_up("PJSIP/trunk-1"), "No such channel"),
    ],
)
async def test_what_is_so_already_is_no_error(desk: Desk, verb: Verb, words: str):
    desk.refuses(words)
    await verb(desk.board)
    assert len(desk.server.names()) == 1


async def test_other_refusals_are_told(desk: Desk):
    desk.refuses("Unable to add interface to queue: No such queue")
    with pytest.raises(AmiRefused):
        await desk.board.queue_add("service", "8001", "phone")


async def test_pausing_somebody_who_is_in_no_queue_is_not_found(desk: Desk):
    desk.refuses("Interface not found")
    with pytest.raises(NotFound):
        await desk.board.pause("8001", "phone", "lunch")


async def test_queues_members_and_waiting_callers(desk: Desk):
    desk.lists(
        {"Event": "QueueParams", "Queue": "service"},
        {
            "Event": "QueueMember",
            "Queue": "service",
            "Name": "8001",
            "Location": "PJSIP/agent-8001",
            "Penalty": 1,
            "InCall": 1,
            "Status": 2,
            "Paused": 1,
            "PausedReason": "wrapup",
            "LastPause": 1795429573,
        },
        {"Event": "QueueMember", "Queue": "service", "Name": "x", "Location": "Local/1@nowhere"},
        {
            "Event": "QueueEntry",
            "Queue": "service",
            "Position": 1,
            "Channel": "PJSIP/trunk-00000001",
            "Uniqueid": "ml1-1.0",
            "Wait": 17,
            "Priority": 5,
        },
    )
    queues = await desk.board.queues()
    assert queues.names == frozenset({"service"})
    assert queues.members == (
        Member(
            agent="8001",
            station="softphone",
            queue="service",
            penalty=1,
            paused=True,
            reason="wrapup",
            in_call=True,
            status=2,
            last_pause=1795429573,
        ),
    )
    assert queues.waiting == (Waiting("service", "PJSIP/trunk-00000001", "ml1-1.0", 1, 17, 5),)


def legs(*names: str) -> list[dict[str, str | int]]:
    return [
        {"Event": "Status", "Channel": name, "Uniqueid": f"ml1-1.{n}", "Linkedid": "ml1-1.0"}
        for n, name in enumerate(names)
    ]


async def test_rejoining_redirects_the_customers_own_leg(desk: Desk):
    desk.lists(*legs("PJSIP/trunk-00000001", "PJSIP/agent-8001-00000002"))
    await desk.board.rejoin("ml1-1.0", "8001")
    assert desk.said == {
        "Action": "Redirect",
        "Channel": "PJSIP/trunk-00000001",
        "Context": "ml-rejoin",
        "Exten": "8001",
        "Priority": "1",
    }


async def test_a_call_that_has_ended_cannot_be_rejoined(desk: Desk):
    desk.lists(*legs("PJSIP/agent-8001-00000002"))
    with pytest.raises(NotFound):
        await desk.board.rejoin("ml1-1.0", "8001")
    assert desk.server.names() == ["Status"]


async def test_the_agents_leg_is_found_whatever_the_station(desk: Desk):
    desk.lists(*legs("PJSIP/trunk-00000001", "PJSIP/phone-8001-00000002"))
    assert await desk.board.agent_channel("ml1-1.0", "8001") == "PJSIP/phone-8001-00000002"
    with pytest.raises(NotFound):
        await desk.board.agent_channel("ml1-1.0", "800")


async def test_when_asterisk_is_down_the_refusal_says_so():
    board = Switchboard(Ami(port=9, user=USER, secret=SECRET))
    with pytest.raises(Unavailable) as down:
        await board.pause("8001", "softphone", "lunch")
    assert isinstance(down.value, AmiDown)
    assert down.value.status == 503


async def test_only_telephones_that_ring_for_the_call_are_silenced(desk: Desk):
    def leg(name: str, call: str, state: str) -> dict[str, str | int]:
        return {"Event": "Status", "Channel": name, "Linkedid": call, "ChannelStateDesc": state}

    desk.lists(
        leg("PJSIP/trunk-00000001", "ml1-1.0", "Up"),
        leg("PJSIP/agent-8001-00000002", "ml1-1.0", "Ringing"),
        leg("PJSIP/phone-8002-00000003", "ml1-1.0", "Up"),
        leg("PJSIP/agent-8003-00000004", "ml2-2.0", "Ringing"),
    )
    await desk.board.stop_ringing("ml1-1.0")
    assert desk.server.names() == ["Status", "Hangup"]
    assert desk.said["Channel"] == "PJSIP/agent-8001-00000002"


async def test_a_caller_is_withdrawn_and_a_penalty_set_in_one_word_each(desk: Desk):
    await desk.board.withdraw("repair", "PJSIP/trunk-00000001", "fetch-8001")
    assert desk.said == {
        "Action": "QueueWithdrawCaller",
        "Queue": "repair",
        "Caller": "PJSIP/trunk-00000001",
        "WithdrawInfo": "fetch-8001",
    }
    await desk.board.set_penalty("repair", "8001", "softphone", penalty=3)
    assert desk.said == {
        "Action": "QueuePenalty",
        "Queue": "repair",
        "Interface": "PJSIP/agent-8001",
        "Penalty": "3",
    }
    asked = len(desk.server.actions)
    with pytest.raises(Invalid):
        await desk.board.withdraw("repair", "PJSIP/trunk-00000001", "x\r\nAction: Logoff")
    assert len(desk.server.actions) == asked
    desk.refuses("Invalid interface")
    with pytest.raises(NotFound):
        await desk.board.set_penalty("repair", "8001", "softphone", penalty=3)
