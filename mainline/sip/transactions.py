"""Asking over UDP: repeat until answered, answer repeats with what was answered before."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from mainline.sip.message import Message

FIRST_REPEAT_S: Final = 0.5
LONGEST_REPEAT_S: Final = 4.0
NO_ANSWER_S: Final = 32.0
MAX_REMEMBERED: Final = 512

Send = Callable[[bytes], None]


class NoAnswerError(TimeoutError):
    """The other side did not answer in time."""


class RefusedError(RuntimeError):
    """The other side said no; ``status`` is its code."""

    def __init__(self, method: str, status: int) -> None:
        super().__init__(f"{method} refused with {status}")
        self.status = status


class Question:
    """One request and what comes back."""

    def __init__(
        self, request: Message, send: Send, on_progress: Callable[[Message], None]
    ) -> None:
        self.request = request
        self._send = send
        self._on_progress = on_progress
        self._progressed = False
        self._final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    async def ask(self, timeout_s: float) -> Message:
        """Send, repeat as RFC 3261 says, and wait for the final answer."""
        repeating = asyncio.create_task(self._repeat())
        try:
            return await asyncio.wait_for(asyncio.shield(self._final), timeout_s)
        except TimeoutError:
            raise NoAnswerError(f"{self.request.method}: no answer in {timeout_s:g} s") from None
        finally:
            repeating.cancel()
            self._final.cancel()

    async def _repeat(self) -> None:
        data, pause, waited = self.request.encode(), FIRST_REPEAT_S, 0.0
        while waited < NO_ANSWER_S and not self._settled:
            self._send(data)
            await asyncio.sleep(pause)
            waited += pause
            pause = min(pause * 2, LONGEST_REPEAT_S)

    @property
    def _settled(self) -> bool:
        return self._final.done() or (self._progressed and self.request.method == "INVITE")

    def hear(self, response: Message) -> None:
        """A response to this request arrived."""
        if response.status < 200:  # noqa: PLR2004 - provisional
            self._progressed = True
            self._on_progress(response)
        elif not self._final.done():
            self._final.set_result(response)


class Answers:
    """What was answered to whom, so that a repeated request gets the same answer."""

    def __init__(self) -> None:
        self._given: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def remember(self, request: Message, data: bytes) -> None:
        """Keep the latest answer to a request."""
        self._given[(request.branch, request.method)] = data
        if len(self._given) > MAX_REMEMBERED:
            self._given.popitem(last=False)

    def repeat(self, request: Message) -> bytes | None:
        """The answer given before, None when the request is new."""
        return self._given.get((request.branch, request.method))
