"""Which process is which, also across a supervisor that was killed: pid and start time together."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_START_TIME = 19
"""Place of the start time in /proc/PID/stat, counted after the name in brackets."""
_STATE = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    started: int
    """In clock ticks since the machine started."""

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return identify(self.pid) == self


def identify(pid: int) -> Identity | None:
    """The process with that pid, None when it is gone or only waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[_STATE] == "Z" else Identity(pid, int(fields[_START_TIME]))


def myself() -> Identity:
    """This process."""
    found = identify(os.getpid())
    if found is None:
        raise RuntimeError("this machine has no /proc")
    return found


def write(path: Path, who: Identity) -> None:
    """Remember the process in a pid file; whoever reads it finds the one before or this one."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(asdict(who)), "utf-8")
    partial.replace(path)


def read(path: Path) -> Identity | None:
    """The process a pid file names, None when there is none or it is spoilt."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Identity(int(found["pid"]), int(found["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def uptime_s(who: Identity) -> float:
    """For how long it has been running."""
    with Path("/proc/uptime").open(encoding="utf-8") as file:
        machine_s = float(file.read().split()[0])
    return max(0.0, machine_s - who.started / os.sysconf("SC_CLK_TCK"))
