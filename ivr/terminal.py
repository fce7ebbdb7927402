"""A caller at the keyboard: the walk without a telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

import typer

from ivr.flows import FLOWS
from ivr.flows.books import Identification
from ivr.flows.crm_books import CrmBooks
from ivr.flows.journey import Journey, Note
from ivr.hours import State
from ivr.menu import MenuTree
from ivr.phrases import load_phrases
from ivr.plan import Plans
from ivr.run import Running, Walk
from ivr.say import Language
from ivr.talk import Sound, Talk
from mainline.asterisk.call import Call, CallerGone
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Invalid
from mainline.ids import CallId
from mainline.journal import Event

STATES: tuple[State, ...] = ("open", "lunch", "night", "holiday", "emergency")


class TextVoice:
    """Sounds that are their own texts."""

    async def sounds(self, texts: Sequence[str], language: Language) -> list[Sound]:
        """Nothing is made; the text is printed instead."""
        return [Sound(text, 0.0) for text in texts]


class TerminalCall:
    """Prints what is said; keys come from a script or from the keyboard."""

    def __init__(self, ani: str, keys: list[str] | None) -> None:
        self.id = CallId("terminal")
        self.ani = ani
        self.dnis = ""
        self.language = ""
        self._keys = keys

    async def play(self, sounds: Sequence[str]) -> None:
        """Print."""
        typer.echo("  " + " ".join(sounds))

    async def collect(
        self, sounds: Sequence[str], *, digits_max: int, timeout_s: float, terminator: str = "#"
    ) -> str:
        """Print, and take the next keys."""
        await self.play(sounds)
        if self._keys is not None:
            keyed = self._keys.pop(0).strip() if self._keys else ""
            typer.echo(f"> {keyed}")
        else:
            keyed = await self._typed()
        return keyed[:digits_max] if digits_max == 1 else keyed.partition(terminator)[0]

    async def _typed(self) -> str:
        try:
            return (await asyncio.to_thread(input, "> ")).strip()
        except EOFError as end:
            raise CallerGone from end

    async def record(
        self, path: Path, *, max_s: float, silence_s: float, terminators: str = "#"
    ) -> bool:
        """There is no microphone."""
        return False

    async def set_variable(self, name: str, value: str) -> None:
        """Nothing to do."""

    async def variable(self, name: str) -> str:
        """A terminal has none."""
        return ""

    async def set_language(self, language: str) -> None:
        """Remember it."""
        self.language = language

    def unrecorded(self) -> AbstractAsyncContextManager[None]:
        """There is no recording."""
        return nullcontext()

    async def hold_deadline(self, seconds: float) -> None:
        """Nobody waits."""


async def walk(
    database: Database,
    settings: Settings,
    name: str,
    tree: MenuTree,
    ani: str,
    keys: list[str] | None,
    hours: str,
) -> str:
    """Lead the person at the keyboard through the tree; what it came to, as a line."""
    state: State = next((one for one in STATES if one == hours), "open")
    if state != hours:
        raise Invalid(hours)
    books = CrmBooks(database, settings)
    found = await books.identify(ani) if ani else Identification()
    led = journey(TerminalCall(ani, keys), books, settings, found, _told)
    led.policies = (await Plans(database, settings.pack_dir).current()).policies
    try:
        decision = await Walk(Running(name, 0, tree), led, FLOWS, lambda _hours: state).run()
    except CallerGone:
        return "= gone"
    where = f" {decision.queue} {decision.priority}" if decision.action == "queue" else ""
    return f"= {decision.action}{where}"


def journey(
    call: Call, books: CrmBooks, settings: Settings, found: Identification, note: Note
) -> Journey:
    """The way of somebody who only tries the menu."""
    caller = found.callers[0] if len(found.callers) == 1 else None
    language: Language = (caller and caller.language) or "zh"
    return Journey(
        call_id=call.id,
        ani=call.ani,
        talk=Talk(call, TextVoice(), load_phrases(settings.pack_dir), language),
        books=books,
        note=note,
        zone=settings.zone,
        callers=found.callers,
        caller=caller,
        account=caller.accounts[0] if caller and len(caller.accounts) == 1 else None,
        priority=max((one.priority for one in found.callers), default=0),
    )


def _told(event: Event) -> None:
    if event.kind == "menu.visited":
        typer.echo(f"[{getattr(event, 'node', '')}]")
