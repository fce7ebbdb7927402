"""What differs between two versions of a menu, node by node. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

_WHOLE: Final = ("title", "languages", "start", "person")


@dataclass(frozen=True, slots=True)
class Change:
    """A node, or the menu as a whole, that is not what it was."""

    place: str
    what: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """In the order of the new version; what is gone stands last."""
    old, new = before.get("nodes", {}), after.get("nodes", {})
    whole = tuple(name for name in _WHOLE if before.get(name) != after.get(name))
    found = [Change("*", "changed", whole)] if whole else []
    for name, node in new.items():
        if name not in old:
            found.append(Change(name, "added"))
        elif node != old[name]:
            found.append(Change(name, "changed", _fields(old[name], node)))
    return found + [Change(name, "removed") for name in old if name not in new]


def _fields(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name in old | new if old.get(name) != new.get(name)))
