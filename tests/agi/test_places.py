"""Who was led through the menu once more loses nothing of the place they had."""

from collections.abc import Awaitable, Callable

import pytest

from agi.handlers import waiting
from agi.server import AgiServer
from ivr.decision import Decision, emergency
from ivr.waiting import Place
from mainline.asterisk.agi_call import AgiCall
from tests.fakes.asterisk_agi import SECRET, AgiPeer, request

PLACE = ("agi_arg_2: ml-7.1", "agi_arg_3: billing", "agi_arg_4: 80", "agi_arg_5: en")
OK = {"MAINLINE_AGI": "OK"}
CALLER = {"MAINLINE_LANGUAGE": "en", "__MAINLINE_CUSTOMER": "7"}


async def left(handler: Callable[[AgiCall], Awaitable[None]]) -> dict[str, str]:
    """All variables that such a route leaves with the dialplan."""
    server = AgiServer({"door": handler}, secret=SECRET)
    await server.start("127.0.0.1", 0)
    words = request("door").rstrip(b"\n") + "".join(f"\n{word}" for word in PLACE).encode()
    peer = AgiPeer(server.port, first=words + b"\n\n")
    await peer.run()
    await server.stop(patience_s=0)
    (command,) = peer.commands
    assert command.startswith('EXEC "MSet" "')
    pairs = command.removeprefix('EXEC "MSet" "').removesuffix('"').split(",")
    return dict(pair.split("=", 1) for pair in pairs)


async def after(decision: Decision) -> tuple[dict[str, str], Place]:
    places = []

    async def lead(_call: AgiCall, place: Place) -> Decision:
        places.append(place)
        return decision

    words = await left(lambda call: waiting.again(call, lead))
    return words, places[0]


@pytest.mark.parametrize("action", ["hangup", "message", "refuse"])
async def test_who_is_through_with_the_menu_keeps_queue_priority_branch_and_emergency(
    action: str,
) -> None:
    decision = Decision(action, language="en", customer_id=7)  # type: ignore[arg-type]
    words, place = await after(decision)
    assert words == {"MAINLINE_ACTION": action, **CALLER, **OK}
    assert (place.call_id, place.queue, place.priority) == ("ml-7.1", "billing", 80)


async def test_who_chose_a_queue_there_has_that_one_and_is_still_what_was_told_before() -> None:
    words, _place = await after(Decision("queue", "repair", 80, "en", 7))
    chosen = {"MAINLINE_ACTION": "queue", "MAINLINE_QUEUE": "repair", "QUEUE_PRIO": "80"}
    nobody = {"MAINLINE_STICKY": "", "MAINLINE_STICKY_WAIT": "0"}
    assert words == {**chosen, **nobody, **CALLER, **OK}


async def test_a_leak_told_there_is_an_emergency_from_then_on() -> None:
    words, _place = await after(emergency("leak"))
    assert words["MAINLINE_URGENT"] == "leak"
    assert (words["MAINLINE_QUEUE"], words["QUEUE_PRIO"]) == ("emergency", "100")


async def test_a_branch_told_there_counts() -> None:
    words, _place = await after(Decision("queue", "repair", branch="north"))
    assert words["MAINLINE_BRANCH"] == "north"
