"""A private instance of Mainline for trying calls: own home, own ports, every process in our hand.

Unlike ``mainline up`` nothing is restarted by itself: a scenario that kills the gateway wants to
see what happens while it is dead.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

import ivr.kinds  # noqa: F401 - registers what definitions may be
from crm.callbacks.models import Callback
from ivr.modes import set_mode
from mainline import definitions, features
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.process.priority import NICE, put_first
from mainline.process.program import environment, mainline_command, programs
from mainline.sip.digest import Credentials
from mainline.sip.g711 import Sound
from mainline.sip.listening import until
from mainline.sip.phone import Phone
from mainline.sip.sound import read_wav
from tests.calls.api import Api
from tests.calls.books import Books, Death, no_stall
from tests.calls.desk import Desk
from tests.calls.facts import Facts
from tests.calls.floor import Floor
from tests.calls.leader import Leader
from tests.calls.neighbours import Neighbours
from tests.calls.people import settle
from tests.calls.prompts import Prompts
from tests.support import sounds
from tests.support.ports import free_port, free_ports

Furnish = Callable[[AsyncSession], Awaitable[None]]
"""What is put into the database before the processes start."""
READY_S = 180.0
PREPARE_S = 600
COMMAND_S = 120.0


def private_settings(home: Path, **changes: Any) -> Settings:
    """Settings of an instance that disturbs nobody."""
    rtp = free_ports(600)
    values: dict[str, Any] = {
        "home": home,
        "http_port": free_port(),
        "sip_port": free_port(),
        "agi_port": free_port(),
        "ami_port": free_port(),
        "asterisk_http_port": free_port(),
        "rtp_port_start": rtp,
        "rtp_port_end": rtp + 599,
        "trunk_contact": f"127.0.0.1:{free_port()}",
        "wrapup_s": 5,
        "park_s": 20,
    }
    return Settings(**(values | changes))


class Instance:
    """A running Mainline, and what scenarios ask of it."""

    def __init__(self, settings: Settings, furnish: Furnish = settle) -> None:
        list(features.modules("models"))  # what is furnished may refer to any table
        list(features.modules("kinds"))  # and may be of any kind of definition
        self.settings = settings
        self._furnish = furnish
        self.facts = Facts(settings.home / "mainline.db")
        self.books = Books(settings.home / "mainline.db")
        self.database = Database(settings.database)
        self.api = Api(settings)
        self.floor = Floor(settings)
        self.leader = Leader(settings)
        self.desk = Desk(settings)
        self.neighbours = Neighbours(self.database)
        self.prompts = Prompts(settings)
        self._programs = {program.name: program for program in programs(settings)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: list[Death] = []
        """When Asterisk was killed: calls that were up may miss their last seconds."""
        self.stalled_s = no_stall
        """How long the machine stood still between two moments: ``tests.support.metronome``."""

    # --- processes --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Prepare the home, start everything, wait until it is ready."""
        (self.settings.home / "log").mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self._first_preparation)
        async with self.database.unit_of_work() as session:
            await self._furnish(session)
        if self._furnish is not settle:
            await asyncio.to_thread(
                self._prepare
            )  # once more, for what is rendered from the database
        for name in self._programs:
            self._launch(name)
        for name in self._programs:
            await self._until_ready(name)
        await self.api.open()

    def _first_preparation(self) -> None:
        with sounds.shared(self.settings.home):
            self._prepare()

    def _prepare(self) -> None:
        with self._log("prepare") as log:
            subprocess.run(
                mainline_command("prepare"),
                env=environment(self.settings),
                stdout=log,
                stderr=log,
                timeout=PREPARE_S,
                check=True,
            )

    async def stop(self) -> None:
        """End everything we started."""
        await self.api.close()
        await self.floor.close()
        await self.database.dispose()
        for process in self._processes.values():
            _signal(process, signal.SIGTERM)
        for process in self._processes.values():
            try:
                await asyncio.to_thread(process.wait, 6)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()

    def _launch(self, name: str) -> None:
        with self._log(name) as log:
            self._processes[name] = subprocess.Popen(
                self._programs[name].command,
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        put_first(self._processes[name].pid, NICE[name])

    def _log(self, name: str) -> Any:
        return (self.settings.home / "log" / f"{name}.log").open("ab")

    async def _until_ready(self, name: str) -> None:
        deadline = asyncio.get_running_loop().time() + READY_S
        while not await self._programs[name].ready():
            assert asyncio.get_running_loop().time() < deadline, f"{name} is not ready"
            assert self._processes[name].poll() is None, f"{name} died at once"
            await asyncio.sleep(0.05)

    def running(self, name: str) -> bool:
        """Whether the process lives."""
        return name in self._processes and self._processes[name].poll() is None

    def pid(self, name: str) -> int:
        """Its number."""
        return self._processes[name].pid

    async def kill(self, name: str) -> None:
        """Kill -9, as a crash would."""
        if name == "asterisk":
            self.deaths.append(Death(now(), self.facts.last_id()))
        _signal(self._processes[name], signal.SIGKILL)
        await asyncio.to_thread(self._processes[name].wait, 60)

    async def revive(self, name: str) -> None:
        """Start it again, as the supervisor would."""
        if not self.running(name):
            self._launch(name)
        await self._until_ready(name)

    async def heal(self) -> None:
        """Whatever a failed scenario left dead comes back."""
        for name in self._programs:
            await self.revive(name)

    # --- telephones -------------------------------------------------------------------------------

    @property
    def trunk(self) -> tuple[str, int]:
        """Where the carrier sends calls."""
        return self.settings.sip_host, self.settings.sip_port

    @property
    def carrier(self) -> tuple[str, int]:
        """Where the carrier takes calls."""
        host, _, port = self.settings.trunk.partition(":")
        return host, int(port)

    @property
    def lines(self) -> list[str]:
        """The numbers of the pack."""
        lines = yaml.safe_load((self.settings.pack_dir / "lines.yaml").read_text("utf-8"))
        return [str(line["dnis"]) for line in lines["lines"]]

    @property
    def hotline(self) -> str:
        """The number people dial first."""
        return self.lines[0]

    async def desk_phone(self, agent: str) -> Phone:
        """The desk telephone of an agent, registered."""
        secret = await self.floor.phone_secret(agent)
        user = f"phone-{agent}"
        phone = await Phone.open(self.trunk, user=user, credentials=Credentials(user, secret))
        await phone.register()
        return phone

    # --- prompts ----------------------------------------------------------------------------------

    async def prompt(self, name: str, language: str = "zh") -> Sound:
        """The sound of a menu node or house phrase."""
        return await self.prompts.of(name, language)

    def static_sound(self, name: str, language: str = "zh") -> Sound:
        """What plain dialplan says."""
        return read_wav(self.settings.sounds_dir / "static" / language / "ml" / f"{name}.wav")

    # --- the books --------------------------------------------------------------------------------

    async def set_agent_state(self, agent: str, state: str) -> None:
        """Ready, paused or signed out."""
        await self.floor.set_state(agent, state)

    async def set_mode(self, mode: str) -> None:
        """Night or emergency by hand, on every line, as the leader's page does it."""
        async with self.database.unit_of_work() as session:
            for dnis in self.lines:
                await set_mode(session, dnis=dnis, mode=mode, by="test")  # type: ignore[arg-type]

    async def publish_menu_again(self, at: datetime | None = None) -> None:
        """The main menu as it is, under a new version; at once, or from that moment on."""
        async with self.database.reading() as session:
            now = await definitions.current(session, "ivr_menu", "main")
        await self.publish_menu(now.source, at=at)

    async def publish_menu(
        self, source: Any, name: str = "main", at: datetime | None = None
    ) -> None:
        """Another menu from the next call on, or from that moment on."""
        async with self.database.unit_of_work() as session:
            new = await definitions.draft(session, "ivr_menu", name, source, author="test")
            await definitions.publish(session, "ivr_menu", name, new.version, by="test", at=at)

    async def call_back_at_any_hour(self) -> None:
        """Tests run at night too."""
        source = {"begins": "00:00", "ends": "24:00"}
        async with self.database.unit_of_work() as session:
            new = await definitions.draft(session, "callbacks", "company", source, author="test")
            await definitions.publish(session, "callbacks", "company", new.version, by="test")

    async def end_callback_pause(self, number: str) -> None:
        """Time passes until the number is called again."""
        async with self.database.unit_of_work() as session:
            await session.execute(
                update(Callback)
                .where(Callback.number == number, Callback.state == "waiting")
                .values(next_at=now())
            )

    async def forget_callbacks(self, numbers: list[str]) -> None:
        """What a scenario has promised is nobody's work after it."""
        async with self.database.unit_of_work() as session:
            await session.execute(
                update(Callback)
                .where(Callback.number.in_(numbers), Callback.open_key.is_not(None))
                .values(state="cancelled", open_key=None)
            )

    async def command(self, *words: str, within_s: float = COMMAND_S) -> str:
        """``mainline …`` on this instance; what it printed."""
        code, told = await self.command_result(*words, within_s=within_s)
        assert code == 0, told
        return told

    async def command_result(self, *words: str, within_s: float = COMMAND_S) -> tuple[int, str]:
        """Exit code and output."""
        done = await asyncio.to_thread(
            subprocess.run,
            mainline_command(*words),
            env=environment(self.settings),
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        return done.returncode, str(done.stdout) + str(done.stderr)

    async def call_row(self, call_id: str) -> dict[str, Any]:
        """The call as ``GET /api/calls`` tells it."""
        return await self.api.call(call_id)

    async def recording(self, call_id: str) -> Path:
        """The finished recording, fetched as a page would."""
        return await self.api.recording(call_id, self.settings.home / "fetched")

    async def until_quiet(self) -> None:
        """No call is up any more."""
        with contextlib.suppress(AssertionError):
            await until(self._no_open_call, 20, "the end of all calls")

    def _no_open_call(self) -> bool:
        return not self.facts.open_calls()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
