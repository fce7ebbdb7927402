"""Keys pressed before anybody asks, on a real Asterisk with the gateway's own side of the call:
while the caller is looked up, while a sentence is made, while something is announced."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest

from agi.handlers import inbound
from agi.server import AgiServer
from ivr.decision import Decision
from ivr.phrases import Phrases
from ivr.speech.voice import WavVoice
from ivr.talk import Talk
from mainline.asterisk.call import Call as Caller
from mainline.sip.call import Call
from mainline.sip.listening import until_sound
from tests.asterisk.private import PrivateAsterisk, until

pytestmark = pytest.mark.call

Lead = Callable[[Caller], Awaitable[Decision]]


class Engine:
    """Speaks every text, but one that is held back only when it may."""

    name = "held back"

    def __init__(self) -> None:
        self.asked, self.may = threading.Event(), threading.Event()

    def speak(self, text: str, _language: str) -> tuple[np.ndarray, int]:
        if text == "难":
            self.asked.set()
            self.may.wait(60)
        return np.full(16000, 0.3, np.float32), 8000


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def serve(asterisk: PrivateAsterisk) -> AsyncIterator[Callable[[Lead], Awaitable[None]]]:
    servers: list[AgiServer] = []

    async def begin(lead: Lead) -> None:
        server = AgiServer(
            {"inbound": lambda call: inbound.handle(call, lead)}, secret=asterisk.secrets.agi
        )
        await server.start("127.0.0.1", asterisk.settings.agi_port)
        servers.append(server)

    yield begin
    for server in servers:
        await server.stop(patience_s=0)


async def press(call: Call, keys: str) -> None:
    """Until they are out on the line, each with the rest that follows it."""
    call.media.press(keys)
    await until(lambda: not call.media.pressing, f"the keys {keys}")


async def test_a_key_is_never_lost_whatever_the_machine_does_meanwhile(
    asterisk: PrivateAsterisk, serve: Callable[[Lead], Awaitable[None]], engine: Engine
) -> None:
    voice = WavVoice(asterisk.settings.home / "v", find=lambda *_: [engine], wait_s=60)
    begun, known = asyncio.Event(), asyncio.Event()
    heard: list[str] = []

    async def lead(caller: Caller) -> Decision:
        await caller.hold_deadline(120)
        begun.set()
        await known.wait()
        talk = Talk(caller, voice, Phrases({}), "zh")
        heard.append(await talk.listen(["易"], timeout_s=15))
        heard.append(await talk.listen(["难"], timeout_s=15))
        heard.append(await talk.listen(["易"], digits_max=9, timeout_s=15))
        await talk.say("易")
        heard.append(await talk.listen(["易"], timeout_s=15))
        return Decision("hangup")

    await serve(lead)
    call = await (await asterisk.caller()).call("96888", caller="13900000001")
    await asyncio.wait_for(begun.wait(), 60)
    await press(call, "1")
    known.set()
    await until(engine.asked.is_set, "the sentence to be made")
    await press(call, "256#")
    engine.may.set()
    await until_sound(call, 60)
    await press(call, "3")
    await asyncio.wait_for(call.ended.wait(), 60)
    assert heard == ["1", "2", "56", "3"]
