"""Definitions as text that a person edits: YAML in and out, nothing but plain data. Pure."""

import difflib
from typing import Any, Final

import yaml
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode

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


def _word(loader: _Loader, node: ScalarNode) -> str:
    """What is kept knows no dates and no bytes: they stay what was written."""
    return str(loader.construct_scalar(node))


def _table(loader: _Loader, node: MappingNode) -> dict[Any, Any]:
    """Nor sets."""
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _word)
_Loader.add_constructor("tag:yaml.org,2002:binary", _word)
_Loader.add_constructor("tag:yaml.org,2002:set", _table)


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
