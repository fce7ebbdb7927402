"""Who goes first on a busy machine: the telephone, then who serves its calls, then all else.

The same as ``Nice`` in deploy/systemd.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

TELEPHONE: Final = -10
"""Sound that comes late is torn."""
SERVICE: Final = -5
"""Menus, pops and boards; exports, imports and reports go after them."""
NICE: Final = {"asterisk": TELEPHONE, "gateway": SERVICE, "web": SERVICE, "worker": SERVICE}


def put_first(pid: int, nice: int) -> None:
    """As far as we may; who may not (not root) goes with everybody else.

    A session of its own is a group of its own where the kernel shares out by groups
    (``sched_autogroup``), and then the group's number counts.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
    with suppress(OSError):
        if os.getsid(pid) == pid:
            Path(f"/proc/{pid}/autogroup").write_text(str(nice), "ascii")
