"""``mainline call`` on a running instance."""

import pytest

from tests.calls.instance import Instance

pytestmark = [
    pytest.mark.call,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900),
]


async def test_the_synthetic_caller_reports_what_it_heard_and_what_became_of_the_call(
    instance: Instance,
) -> None:
    told = await instance.command(
        "call", "--from", "13911110099", "--to", "96777", "--keys", "1,0", "--seconds", "50"
    )
    kinds = [line.split()[3] for line in told.splitlines() if line.lstrip().startswith("+")]
    assert kinds[0] == "call.offered"
    assert kinds[-1] == "call.ended"
    assert "menu.started" in kinds
    assert "queue.entered" in kinds
    assert "ani=13911110099" in told
    assert "所按按键：1, 0" in told
    assert "语音" in told


async def test_a_number_that_is_refused_ends_with_an_error_and_its_status(
    instance: Instance,
) -> None:
    code, told = await instance.command_result("call", "--from", "1380%0a", "--seconds", "5")
    assert code == 1
    assert "401" in told
