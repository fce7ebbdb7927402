"""Definitions as text that a person edits: YAML in and out, nothing but plain data. Pure."""

import difflib
from typing import Any, Final

import yaml
from yaml.events import AliasEvent
from yaml.nodes import Node

from mainline.errors import Invalid

TEXT_CHARS_MAX: Final = 500_000


class _Loader(yaml.SafeLoader):
    """No aliases: a few lines of them grow to gigabytes."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Refuse an alias where it stands."""
        if self.check_event(AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        found: Node | None = super().compose_node(parent, index)
        return found


def to_text(body: Any) -> str:
    """The body as it is shown and exported."""
    return str(yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=100))


def from_text(text: str) -> Any:
    """The body that a text means; refused with the line when it is not YAML."""
    if len(text) > TEXT_CHARS_MAX:
        raise Invalid("too long")
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise Invalid(f"{line}{getattr(error, 'problem', None) or error}") from error


def difference(before: Any, after: Any) -> list[str]:
    """Line by line what changed from one body to the other."""
    lines = difflib.unified_diff(
        to_text(before).splitlines(), to_text(after).splitlines(), lineterm="", n=2
    )
    return list(lines)[2:]
