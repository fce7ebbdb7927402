"""A menu tree as a picture for the page and as lines for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
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

_WIDTH, _COLUMN, _GAP, _LINE, _MARGIN = 230, 350, 22, 16, 20
_LINES_MAX: Final = 3
_HALVES_A_LINE: Final = 34
"""Latin letters in a line; a Chinese character counts two."""
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
class _Row:
    """A way out, as a line in the box: its label, and where its arrow begins."""

    edge: Edge
    label: str


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    level: int
    y: int
    lines: tuple[str, ...]
    rows: tuple[_Row, ...]

    @property
    def x(self) -> int:
        return _MARGIN + self.level * _COLUMN

    @property
    def height(self) -> int:
        return _LINE * (len(self.lines) + len(self.rows)) + 12

    def port(self, row: int) -> int:
        """The height at which the arrow of a row begins."""
        return self.y + _LINE * (len(self.lines) + row) + 13

    @property
    def entry(self) -> int:
        return self.y + 13


def draw_svg(tree: MenuTree, locale: Locale) -> str:
    """The tree as an SVG element, to be put into a page as it is.

    Every text is escaped; colours are presentation attributes that a page's classes override
    (``menu-node``, ``menu-node-<kind>``, ``menu-edge``, ``menu-edge-otherwise``, ``menu-text``).
    """
    boxes = _layout(tree, locale)
    width = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    drawn = [line for box in boxes.values() for line in _arrows(box, boxes)]
    drawn += [line for box in boxes.values() for line in _node(tree.nodes[box.name], box, boxes)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="menu-tree" role="img" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12"><title>{escape(tree.title.to(locale))}</title>'
        + _ARROW
        + "".join(drawn)
        + "</svg>"
    )


_ARROW: Final = (
    '<defs><marker id="menu-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>'
)
_FILLS: Final = {"queue": "#dff3e3", "menu": "#e3ecfa", "flow": "#fdf1d8", "hours": "#f0e6f7"}


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


def _layout(tree: MenuTree, locale: Locale) -> dict[str, _Box]:
    boxes: dict[str, _Box] = {}
    filled: dict[int, int] = {}
    for name, level in levels(tree).items():
        node, top = tree.nodes[name], filled.get(level, _MARGIN)
        rows = tuple(_rows(tree, name, node, locale))
        boxes[name] = _Box(name, level, top, _lines(name, node, locale), rows)
        filled[level] = top + boxes[name].height + _GAP
    return boxes


def _rows(tree: MenuTree, name: str, node: Node, locale: Locale) -> Iterator[_Row]:
    """The ways out; the way to the person that every asking node has is left out."""
    offered = {choice.key: choice.text for choice in node.choices} if isinstance(node, Menu) else {}
    for edge in ways(tree, name, node):
        if edge.how in offered:
            words = offered[edge.how].to("en" if locale == "en" else "zh")
            yield _Row(edge, next(_folded(f"{edge.how}  {words}", lines_max=1)))
        elif edge.chosen or getattr(node, "otherwise", None) is not None:
            yield _Row(edge, _how(edge.how, locale))


def _lines(name: str, node: Node, locale: Locale) -> tuple[str, ...]:
    kind = KIND_NAMES[node.kind].to(locale)
    return (f"{kind} · {name}", *_folded(_summary(node, "en" if locale == "en" else "zh")))


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


def _folded(text: str, *, lines_max: int = _LINES_MAX) -> Iterator[str]:
    line, room = "", _HALVES_A_LINE
    lines: list[str] = []
    for character in text:
        wide = 1 if ord(character) < _NARROW else 2
        if wide > room:
            lines.append(line)
            line, room = "", _HALVES_A_LINE
        line, room = line + character, room - wide
    lines += [line] if line else []
    shown = lines[:lines_max]
    if len(lines) > lines_max:
        shown[-1] = shown[-1][:-1] + "…"
    yield from shown


def _node(node: Node, box: _Box, boxes: dict[str, _Box]) -> Iterator[str]:
    fill = _FILLS.get(node.kind, "#f5f6f8")
    yield (
        f'<g class="menu-node menu-node-{node.kind}" data-node="{escape(box.name)}">'
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="6" '
        f'fill="{fill}" stroke="#667"/>'
    )
    for number, line in enumerate(box.lines):
        yield _text(box, number, line, ' font-weight="bold"' if number == 0 else "")
    for number, row in enumerate(box.rows, start=len(box.lines)):
        target = boxes.get(row.edge.target)
        back = "" if target and target.level > box.level else f"  ↩ {row.edge.target}"
        yield _text(box, number, row.label + back, ' fill="#335"')
    yield "</g>"


def _text(box: _Box, number: int, words: str, look: str) -> str:
    y = box.y + 17 + number * _LINE
    return f'<text class="menu-text" x="{box.x + 8}" y="{y}"{look}>{escape(words)}</text>'


def _arrows(box: _Box, boxes: dict[str, _Box]) -> Iterator[str]:
    """Arrows lead onwards only; a way back is named in the box."""
    for number, row in enumerate(box.rows):
        target = boxes.get(row.edge.target)
        if target is None or target.level <= box.level:
            continue
        x, y, bend = box.x + _WIDTH, box.port(number), (_COLUMN - _WIDTH) // 2
        kind = "chosen" if row.edge.chosen else "otherwise"
        dashed = "" if row.edge.chosen else ' stroke-dasharray="4 3"'
        yield (
            f'<path class="menu-edge menu-edge-{kind}" d="M{x} {y}C{x + bend} {y} '
            f'{target.x - bend} {target.entry} {target.x} {target.entry}" fill="none" '
            f'stroke="#667"{dashed} marker-end="url(#menu-arrow)"/>'
        )


def _how(how: str, locale: Locale) -> str:
    return HOW_NAMES[how].to(locale) if how in HOW_NAMES else how


def draw_text(tree: MenuTree, locale: Locale) -> str:
    """The tree for a terminal; a node that was shown above is only named."""
    return "\n".join([tree.title.to(locale), *_branch(tree, tree.start, "", set(), locale)])


def _branch(
    tree: MenuTree, name: str, indent: str, shown: set[str], locale: Locale
) -> Iterator[str]:
    node = tree.nodes.get(name)
    if node is None:
        yield f"{indent}{name} ?"
        return
    again = name in shown
    lines = _lines(name, node, locale)
    yield f"{indent}{lines[0]}" + (" ↑" if again else "  " + "".join(lines[1:2]))
    if again:
        return
    shown.add(name)
    for edge in ways(tree, name, node):
        if edge.chosen or getattr(node, "otherwise", None):
            yield f"{indent}  [{_how(edge.how, locale)}]"
            yield from _branch(tree, edge.target, indent + "    ", shown, locale)
