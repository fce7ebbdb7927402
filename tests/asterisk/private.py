"""A private Asterisk for tests: started on free ports in a folder of its own, read by its CEL."""

import asyncio
import csv
import json
import os
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from dialplan.contract import CEL_FIELDS, CEL_FILE
from dialplan.floor import Agent, Floor, Line, Overflow, Queue
from dialplan.render import write_config
from mainline.asterisk.install import asterisk_command, cli_command
from mainline.config import Settings
from mainline.process.priority import TELEPHONE, put_first
from mainline.secrets import Secrets
from mainline.sip.digest import Credentials
from mainline.sip.phone import Phone
from mainline.sip.robot import Manner, Robot

DESK_SECRET = "desk-phone-secret"
FLOOR = Floor(
    agents=[Agent(str(8001 + n), f"坐席{n}", DESK_SECRET) for n in range(3)],
    queues=[
        Queue("service"),
        Queue("repair", max_wait_s=2),
        Queue("emergency", weight=10),
        Queue("busy", overflow=(Overflow("length", "queue:service", 1),)),
        Queue("slow", overflow=(Overflow("wait", "queue:service", 1),)),
        Queue("empty", overflow=(Overflow("absence", "message"),)),
    ],
    lines=[Line("96888", "供热热线")],
)


@dataclass(frozen=True)
class Point:
    """One line of the CEL file, as far as tests look at it."""

    name: str
    call: str
    channel: str
    extra: dict[str, str]


class PrivateAsterisk:
    """One instance. ``start`` returns when it is ready, ``stop`` when it is gone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secrets = Secrets.load_or_create(settings.home)
        self.server = (settings.sip_host, settings.sip_port)
        self._process: asyncio.subprocess.Process | None = None
        self._phones: list[Phone | Robot] = []

    async def start(self) -> Self:
        await asyncio.to_thread(write_config, self.settings, FLOOR, self.secrets)
        self._process = await asyncio.create_subprocess_exec(
            *asterisk_command(self.settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        put_first(self._process.pid, TELEPHONE)
        await until(self._booted, "Asterisk to be ready")
        return self

    async def _booted(self) -> bool:
        return "fully booted" in (await self.cli("core waitfullybooted")).lower()

    async def stop(self) -> None:
        for phone in self._phones:
            await phone.close()
        self._phones.clear()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)

    def processor_s(self) -> float:
        """Processor time that Asterisk has used so far."""
        assert self._process
        stat = Path(f"/proc/{self._process.pid}/stat").read_text("ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def cli(self, command: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *cli_command(self.settings, command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        return output.decode()

    # --- telephones --------------------------------------------------------------------------

    async def agent(self, number: str, *queues: str, **manner: object) -> Robot:
        """A desk phone, registered, and a member of these queues."""
        user = f"phone-{number}"
        phone = await Phone.open(self.server, user=user, credentials=Credentials(user, DESK_SECRET))
        await phone.register()
        robot = Robot(phone, Manner(**manner))  # type: ignore[arg-type]
        self._phones.append(robot)
        for queue in queues:
            await self.cli(f"queue add member PJSIP/{user} to {queue} penalty 0 as {number}")
        return robot

    async def leave(self, number: str, *queues: str) -> None:
        for queue in queues:
            await self.cli(f"queue remove member PJSIP/phone-{number} from {queue}")

    async def caller(self, user: str = "caller", port: int = 0) -> Phone:
        phone = await Phone.open(self.server, user=user, local=("127.0.0.1", port))
        self._phones.append(phone)
        return phone

    # --- what Asterisk says ------------------------------------------------------------------

    def points(self, call: str = "") -> list[Point]:
        path = self.settings.cel_dir / CEL_FILE
        text = path.read_text("utf-8") if path.exists() else ""
        rows = [dict(zip(CEL_FIELDS, row, strict=True)) for row in csv.reader(text.splitlines())]
        return [_point(row) for row in rows if call in {"", row["LinkedID"]}]

    async def call_of(self, ani: str) -> str:
        """The key of the newest call of that number."""

        def found() -> str:
            offered = [
                point.call
                for point in self.points()
                if point.name == "OFFERED" and point.extra["ani"] == ani
            ]
            return offered[-1] if offered else ""

        return await until(found, f"a call of {ani}")

    async def ended(self, call: str) -> list[Point]:
        """All points of that call, once it is over."""

        def over() -> list[Point]:
            points = self.points(call)
            return points if points and points[-1].name == "LINKEDID_END" else []

        return await until(over, f"the end of {call}")

    def log(self, name: str = "messages.log") -> str:
        return (self.settings.asterisk_dir / "log" / name).read_text("utf-8", "replace")

    def recordings(self, call: str) -> list[Path]:
        return sorted(self.settings.recordings_incoming.glob(f"{call}-*"))


def _point(row: dict[str, str]) -> Point:
    words = json.loads(row["EventExtra"] or "{}").get("extra", "")
    extra = dict(part.partition("=")[::2] for part in words.split("|") if part)
    return Point(row["EventType"], row["LinkedID"], row["ChanName"], extra)


def story(points: list[Point]) -> list[str]:
    """The dialplan's own points of a call, in order."""
    ours = {"OFFERED", "DEGRADED", "QUEUED", "UNQUEUED", "RING", "UP", "MESSAGE", "REFUSED"}
    ours |= {"TRANSFER", "REJOINED", "PLACED", "RECORDING"}
    return [point.name for point in points if point.name in ours]


T = TypeVar("T")
PATIENCE_S = 60.0
"""Only who waits in vain waits so long."""


async def until(found: Callable[[], T | Awaitable[T]], what: str) -> T:
    """Wait until there is something; fail by saying what did not come."""
    seconds = PATIENCE_S
    try:
        async with asyncio.timeout(seconds):
            while True:
                value = found()
                if isinstance(value, Awaitable):
                    value = await value
                if value:
                    return value
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain for {what}") from None
