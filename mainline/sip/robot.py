"""A robot agent: a desk telephone that answers, declines or lets it ring, and says a tone."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from mainline.sip.call import Call
from mainline.sip.phone import Phone
from mainline.sip.sound import tone

Reaction = Literal["answers", "declines", "ignores"]


@dataclass
class Manner:
    """How a robot treats a call that rings; may be changed between calls."""

    reaction: Reaction = "answers"
    after_s: float = 0.3
    hertz: int = 1000


class Robot:
    """One telephone with a manner. ``taken`` holds its calls in order."""

    def __init__(self, phone: Phone, manner: Manner | None = None) -> None:
        self.phone = phone
        self.manner = manner or Manner()
        self.rung: list[Call] = []
        self.taken: list[Call] = []
        self._tasks: set[asyncio.Task[None]] = set()
        phone.on_call = self._rings

    @property
    def talking(self) -> Call | None:
        """The call this robot is in now."""
        alive = [call for call in self.taken if not call.ended.is_set()]
        return alive[-1] if alive else None

    async def dial(self, number: str) -> Call:
        """Call somebody, as for a consultation; says the same tone."""
        call = await self.phone.call(number, caller=self.phone.user)
        self._speak(call)
        return call

    async def pick_up(self) -> None:
        """Answer the telephone that was left ringing."""
        await self._pick_up(next(call for call in self.rung if not call.ended.is_set()))

    async def close(self) -> None:
        """Put the telephone away."""
        for task in self._tasks:
            task.cancel()
        await self.phone.close()

    def _rings(self, call: Call) -> None:
        self.rung.append(call)
        call.ring()
        task = asyncio.create_task(self._react(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _react(self, call: Call) -> None:
        wants_at_once = "auto" in call.header("Alert-Info") or "answer-after=0" in call.header(
            "Call-Info"
        )
        await asyncio.sleep(0.0 if wants_at_once else self.manner.after_s)
        if self.manner.reaction == "declines":
            call.decline()
        elif self.manner.reaction == "answers" or wants_at_once:
            await self._pick_up(call)

    async def _pick_up(self, call: Call) -> None:
        await call.answer()
        if call.answered.is_set():
            self.taken.append(call)
            self._speak(call)

    def _speak(self, call: Call) -> None:
        call.media.play(tone(self.manner.hertz, 5.0), loop=True)
