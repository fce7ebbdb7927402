"""How tests are shared out among processes: everything live goes to one of them.

xdist's own groups (``--dist loadgroup``) are not used: they rename tests, which pytest 9.2 forbids.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_LIVE = re.compile(r"mark\.(call|browser)\b")


class OneLiveProcess(LoadScopeScheduling):
    """Live calls and browsers one after the other; all other tests wherever there is time."""

    def _split_scope(self, nodeid: str) -> str:
        return "live" if _is_live(nodeid.partition("::")[0]) else nodeid


@cache
def _is_live(path: str) -> bool:
    file = Path(path)
    return file.is_file() and _LIVE.search(file.read_text("utf-8")) is not None
