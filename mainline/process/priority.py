"""Who goes first on a busy machine: calls, then screens and books, then all else.

The same as ``Nice`` in deploy/systemd.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

TELEPHONE: Final = -10
"""Sound that comes late is torn, and a caller in the menu waits for nobody else."""
SCREENS: Final = -5
"""Pops and boards; exports, imports and reports go after them."""
LATER: Final = 10
"""What nobody waits for at this moment."""
NICE: Final = {"asterisk": TELEPHONE, "gateway": TELEPHONE, "web": SCREENS, "worker": SCREENS}


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
