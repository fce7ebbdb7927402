"""The list of desks. A desk is a folder here with ``views.py`` (its ``router``).

Optional beside it: ``feeds.py`` (``FEEDS``: pictures pushed live, see ``agentdesk.live``),
``templates/``, ``static/`` and ``locale/``. Adding a desk is adding its folder and its line.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

DESKS: Final = (
    "agent",
    "appointments",
    "callbacks",
    "crews",
    "customer",
    "supervisor",
    "standards",
    "quality",
    "dispatch",
    "archive",
    "duplicates",
    "placing",
    "knowledge",
    "field",
    "watch",
    "exports",
    "bulletins",
    "messages",
    "outages",
    "outbound",
    "requests",
    "linkage",
    "matters",
    "statistics",
    "admin",
)
HERE: Final = Path(__file__).parent


def modules(role: str) -> Iterator[ModuleType]:
    """The module called ``role`` of each desk that has one."""
    for desk in DESKS:
        if find_spec(f"agentdesk.{desk}") and find_spec(f"agentdesk.{desk}.{role}"):
            yield import_module(f"agentdesk.{desk}.{role}")


def folders(part: str) -> dict[str, Path]:
    """Desk name to its ``templates`` or ``static``."""
    return {desk: HERE / desk / part for desk in DESKS if (HERE / desk / part).is_dir()}
