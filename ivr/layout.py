"""Where everything of a drawn menu stands: boxes in columns, a row for each way out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ivr.menu import (
    Collect,
    Edge,
    Flow,
    Hours,
    Menu,
    MenuTree,
    Node,
    Queue,
    ways,
)
from ivr.say import Language
from mainline.i18n import Locale, Text

WIDTH, COLUMN, GAP, LINE, MARGIN = 230, 350, 22, 16, 20
_LINES_MAX: Final = 3
HALVES_A_LINE: Final = 34
"""Latin letters in a line; a Chinese character counts two."""
TITLE_HALVES: Final = 28
"""The same in bold."""
_NARROW: Final = 0x2E80

KIND_NAMES: Final[dict[str, Text]] = {
    "say": Text("Announcement"),
    "menu": Text("Menu"),
    "language": Text("Language"),
    "collect": Text("Digits"),
    "flow": Text("Self-service"),
    "queue": Text("Queue"),
    "message": Text("Leave a message"),
    "hangup": Text("End of call"),
    "hours": Text("Opening hours"),
}
HOW_NAMES: Final[dict[str, Text]] = {
    "next": Text("then"),
    "otherwise": Text("otherwise"),
    "open": Text("open"),
    "lunch": Text("lunch"),
    "holiday": Text("holiday"),
    "night": Text("closed"),
    "emergency": Text("emergency mode"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A way out, as a line in the box: its label, and where its arrow begins."""

    edge: Edge
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node and where it stands."""

    name: str
    title: str
    """Kind and name, whole; the first of the lines says as much of it as there is room for."""
    level: int
    y: int
    lines: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def x(self) -> int:
        """The left edge."""
        return MARGIN + self.level * COLUMN

    @property
    def height(self) -> int:
        """From the upper to the lower edge."""
        return LINE * (len(self.lines) + len(self.rows)) + 12

    def port(self, row: int) -> int:
        """The height at which the arrow of a row begins."""
        return self.y + LINE * (len(self.lines) + row) + 13

    @property
    def entry(self) -> int:
        """The height at which arrows arrive."""
        return self.y + 13


def levels(tree: MenuTree) -> dict[str, int]:
    """Steps from the start, by any way; what cannot be reached stands at the end."""
    depth = {tree.start: 0}
    waiting = [tree.start]
    for name in waiting:
        if name not in tree.nodes:
            continue
        for edge in ways(tree, name, tree.nodes[name]):
            if edge.target not in depth and edge.target in tree.nodes:
                depth[edge.target] = depth[name] + 1
                waiting.append(edge.target)
    last = max(depth.values()) + 1
    return {name: depth.get(name, last) for name in (*depth, *tree.nodes) if name in tree.nodes}


def layout(tree: MenuTree, locale: Locale) -> dict[str, Box]:
    """A box for every node, by its name."""
    boxes: dict[str, Box] = {}
    filled: dict[int, int] = {}
    for name, level in levels(tree).items():
        node, top = tree.nodes[name], filled.get(level, MARGIN)
        rows = tuple(_rows(tree, name, node, locale))
        boxes[name] = Box(
            name, titled(name, node, locale), level, top, lines(name, node, locale), rows
        )  # fmt: skip
        filled[level] = top + boxes[name].height + GAP
    return boxes


def _rows(tree: MenuTree, name: str, node: Node, locale: Locale) -> Iterator[Row]:
    """The ways out; the way to the person that every asking node has is left out."""
    offered = {choice.key: choice.text for choice in node.choices} if isinstance(node, Menu) else {}
    for edge in ways(tree, name, node):
        if edge.how in offered:
            words = offered[edge.how].to("en" if locale == "en" else "zh")
            yield Row(edge, next(folded(f"{edge.how}  {words}", lines_max=1)))
        elif edge.chosen or getattr(node, "otherwise", None) is not None:
            yield Row(edge, how_words(edge.how, locale))


def lines(name: str, node: Node, locale: Locale) -> tuple[str, ...]:
    """What stands in the box: kind and name, and what is said there."""
    title = next(folded(titled(name, node, locale), lines_max=1, halves=TITLE_HALVES))
    return (title, *folded(_summary(node, "en" if locale == "en" else "zh")))


def titled(name: str, node: Node, locale: Locale) -> str:
    """Kind and name of a node."""
    return f"{KIND_NAMES[node.kind].to(locale)} · {name}"


def _summary(node: Node, language: Language) -> str:
    if isinstance(node, Queue | Flow | Hours | Collect):
        return _named(node)
    return node.text.to(language)


def _named(node: Queue | Flow | Hours | Collect) -> str:
    if isinstance(node, Queue):
        return node.queue + (f" +{node.priority}" if node.priority else "")
    if isinstance(node, Flow):
        return node.flow
    if isinstance(node, Hours):
        return node.hours or ""
    return f"{node.name} {node.digits_min}–{node.digits_max}"


def folded(text: str, *, lines_max: int = _LINES_MAX, halves: int = HALVES_A_LINE) -> Iterator[str]:
    """The text in lines as wide as a box; what does not fit is left out."""
    line, room = "", halves
    lines: list[str] = []
    for character in text:
        wide = 1 if ord(character) < _NARROW else 2
        if wide > room:
            lines.append(line)
            line, room = "", halves
        line, room = line + character, room - wide
    lines += [line] if line else []
    shown = lines[:lines_max]
    if len(lines) > lines_max:
        shown[-1] = shown[-1][:-1] + "…"
    yield from shown


def how_words(how: str, locale: Locale) -> str:
    """A way out in words; a key is itself."""
    return HOW_NAMES[how].to(locale) if how in HOW_NAMES else how
