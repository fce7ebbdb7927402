"""The data files of the house and of its packs: YAML in UTF-8."""

from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Several times as fast where PyYAML has it; a pack has thousands of lines.

Only for files of our own: what is nested thousands deep ends the process (PyYAML 6.0). Files that
somebody hands in are read by ``yaml.safe_load``, which refuses them.
"""


def content(file: Path) -> Any:
    """What the file says; yaml.YAMLError or UnicodeDecodeError where it is no such file."""
    return parsed(file)


def parsed(file: Path) -> Any:
    """What ``content`` asks, which many have imported by name: tests put a memory here."""
    return yaml.load(file.read_text("utf-8"), _LOADER)  # noqa: S506 - safe, both of them
