"""By keys alone: a crew outside is asked while the caller hears music, and the caller is back."""

import pytest

from tests.browser.conftest import HOSTILE_NUMBER, Chromium
from tests.browser.test_call import dial, note, reach_a_person
from tests.calls.instance import Instance
from tests.calls.stage import Outside

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CREW = "13800110001"


async def test_a_crew_is_asked_alone_by_a_number_that_the_page_never_shows(
    agents: Chromium, callers: Chromium, instance: Instance
) -> None:
    outside = Outside(instance)
    await outside.open()
    desk = await agents.ready("agent1")
    caller = await dial(callers, HOSTILE_NUMBER)
    call = await reach_a_person(caller, desk)
    await desk.keyboard.press("F2")
    await desk.wait_for_selector("#state[data-state=talking]")
    await desk.keyboard.press("Alt+t")
    await desk.keyboard.type("crew-1")
    await desk.wait_for_selector("#transfer-list option[value='crew-1']", state="attached")
    await desk.keyboard.press("Shift+Enter")
    crew = await outside.taken_call(CREW)
    caller_row, crew_row = f".line[data-key='{call}']", ".line[data-key='']"
    await desk.wait_for_selector(f"{crew_row}[data-state=talking]")
    await desk.wait_for_selector(f"{caller_row}[data-state=held]")
    assert CREW not in await desk.content()

    await desk.keyboard.press("Alt+s")
    await desk.wait_for_selector(f"{caller_row}[data-state=talking]")
    await desk.wait_for_selector(f"{crew_row}[data-state=held]")
    await desk.keyboard.press("Alt+s")
    await desk.wait_for_selector(f"{caller_row}[data-state=held]")
    await crew.hang_up()
    await desk.wait_for_selector(crew_row, state="detached")
    await desk.wait_for_selector(f"{caller_row}[data-state=talking]")
    assert await caller.get_attribute("body", "data-call") == "talking"
    await desk.keyboard.press("F4")
    await caller.wait_for_selector("body[data-call=ended]")
    await note(desk)
    await outside.close()
    assert agents.complaints == []
