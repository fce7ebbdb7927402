"""How tests are shared out among processes: everything live goes to two of them, and goes first.

Two live processes leave each other time on two cores: a call is mostly waiting. A unit of work is a
file, a folder whose tests share one running instance, or a share of a file (parameters that begin
with ``share``). The other tests fill what time is left, and are nicer to the machine.

xdist's own groups (``--dist loadgroup``) are not used: they rename tests, which pytest 9.2 forbids.
"""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

LIVE_PROCESSES = 2
ONE_INSTANCE = "tests/browser/"
"""All tests of this folder look at one running Mainline."""
NICE = 19
_LIVE = re.compile(r"mark\.(call|browser)\b")
_SHARE = re.compile(r"\[(share\d+)\b")


class FewLiveProcesses(LoadScopeScheduling):
    """Live calls and browsers in few processes; all other tests wherever there is time."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit = self._next_for(node)
        if unit:  # else all there is is live, and two are at it: it is sent home next
            self.workqueue.move_to_end(unit, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and not self._next_for(node):
            node.shutdown()  # what is left is live, and others are at it
        else:
            super()._reschedule(node)

    def _next_for(self, node: WorkerController) -> str:
        """The first one, live ones stand before all others; empty if it is not for this process."""
        live = takes_live(node.gateway.id)
        return next((unit for unit in self.workqueue if live or not is_live(unit)), "")


def unit_of(nodeid: str) -> str:
    """What is run in one piece, and in one process."""
    if not is_live(nodeid):
        return nodeid
    path = nodeid.partition("::")[0]
    share = _SHARE.search(nodeid)
    if share:
        return f"{path}::{share[1]}"
    return ONE_INSTANCE if path.startswith(ONE_INSTANCE) else path


def is_live(nodeid: str) -> bool:
    """Whether the test, or the unit of work, makes calls or opens pages."""
    return nodeid == ONE_INSTANCE or _file_is_live(nodeid.partition("::")[0])


@cache
def _file_is_live(path: str) -> bool:
    file = Path(path)
    return file.is_file() and _LIVE.search(file.read_text("utf-8")) is not None


def live_first(items: list[pytest.Item]) -> None:
    """In the order of work; otherwise as they were."""
    items.sort(key=lambda item: not is_live(item.nodeid))


def takes_live(worker: str) -> bool:
    """Whether the process of this name (``gw0``, ``gw1``, …) takes live tests."""
    return int(worker.removeprefix("gw")) < LIVE_PROCESSES


def give_way() -> None:
    """A process without live tests lets the others go first."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if not takes_live(worker):
        os.nice(NICE)
