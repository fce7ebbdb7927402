"""How callers went through a menu: counted passages laid on the ways of a tree. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ivr.menu import Hangup, MenuTree, Message, Node, Queue, ways


@dataclass(frozen=True, slots=True)
class Passage:
    """Callers who came from a node to the next; none: their call ended there."""

    node: str
    keys: str
    """The key pressed last, if it was a single one."""
    target: str | None
    gave_up: bool
    calls: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the picture shows. ``taken`` by (node, how)."""

    visits: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[tuple[str, str], int] = field(default_factory=dict)
    gave_up: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """From node to node by ways that this version does not have."""

    @property
    def most(self) -> int:
        """Visits of the node that most callers came to; what widths are measured against."""
        return max(self.visits.values(), default=0)


def traffic(tree: MenuTree, passages: Iterable[Passage]) -> Traffic:
    """Lay the passages on the tree."""
    visits, taken, gave_up, elsewhere = (
        Counter[str](),
        Counter[tuple[str, str]](),
        Counter[str](),
        Counter[tuple[str, str]](),
    )
    for one in passages:
        visits[one.node] += one.calls
        node = tree.nodes.get(one.node)
        if one.gave_up and not isinstance(node, Queue | Message | Hangup):
            gave_up[one.node] += one.calls
        if one.target is None:
            continue
        how = _how(tree, one, node)
        if how is None:
            elsewhere[one.node, one.target] += one.calls
        else:
            taken[one.node, how] += one.calls
    return Traffic(visits, taken, gave_up, elsewhere)


def _how(tree: MenuTree, one: Passage, node: Node | None) -> str | None:
    """By which way of the node they went: the key they pressed, if it leads there."""
    if node is None:
        return None
    leading = [way.how for way in ways(tree, one.node, node) if way.target == one.target]
    return one.keys if one.keys in leading else next(iter(_unkeyed(leading)), None)


def _unkeyed(leading: list[str]) -> list[str]:
    return [how for how in leading if len(how) > 1] or leading
