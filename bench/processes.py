"""CPU time and memory of processes, from ``/proc``."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


class Clock:
    """Time and CPU time since it was made."""

    def __init__(self, pids: Mapping[str, int] | None = None) -> None:
        self._pids = dict(pids or {})
        self._begun = time.monotonic()
        self._used = {name: _cpu_of(pid) for name, pid in self._pids.items()}
        self._turns = {name: _turns_of(pid) for name, pid in self._pids.items()}
        self._machine = _machine_busy_s()

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._begun

    def cores(self) -> dict[str, float]:
        """Cores that each process kept busy, and what all others on the machine did."""
        used = {
            name: (_cpu_of(pid) - self._used[name]) / self.seconds
            for name, pid in self._pids.items()
        }
        machine = (_machine_busy_s() - self._machine) / self.seconds
        return {**used, "others": machine - sum(used.values()), "machine": machine}

    def starved(self) -> dict[str, float]:
        """Of the time in which each main thread could have run, the share it stood in line."""
        found = {}
        for name, (ran_before, stood_before) in self._turns.items():
            ran, stood = _turns_of(self._pids[name])
            wanted = ran - ran_before + stood - stood_before
            found[name] = (stood - stood_before) / wanted if wanted else 0.0
        return found


def _machine_busy_s() -> float:
    """CPU seconds that were not idle, of all cores."""
    first = Path("/proc/stat").read_text("utf-8").splitlines()[0].split()[1:9]
    user, nice, system, _idle, _wait, irq, softirq, _steal = map(int, first)
    return (user + nice + system + irq + softirq) / _TICK


def _turns_of(pid: int) -> tuple[int, int]:
    """Nanoseconds that its main thread ran, and stood in line to run."""
    ran, stood, _times = map(int, Path(f"/proc/{pid}/schedstat").read_text("ascii").split())
    return ran, stood


def cpu_s(pids: Iterable[int]) -> float:
    """CPU seconds used so far by these processes and the children they have waited for."""
    return sum(_cpu_of(pid) for pid in pids)


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(int(fields[index]) for index in (11, 12, 13, 14)) / _TICK


def memory_mb(pid: int) -> float:
    """Proportional share of memory: what would be free without this process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no Pss for {pid}")
