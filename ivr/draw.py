"""A menu tree as a picture for the page and as lines for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

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

_WIDTH, _COLUMN, _GAP, _LINE, _MARGIN = 190, 290, 22, 16, 20
_LINES_MAX: Final = 3
_HALVES_A_LINE: Final = 28
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
class _Box:
    name: str
    x: int
    y: int
    height: int
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def draw_svg(tree: MenuTree, locale: Locale) -> str:
    """The tree as an SVG element, to be put into a page as it is.

    Every text is escaped; colours are presentation attributes that a page's classes override
    (``menu-node``, ``menu-node-<kind>``, ``menu-edge``, ``menu-edge-otherwise``, ``menu-text``).
    """
    boxes = _layout(tree, locale)
    width = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    drawn = [line for edge in _edges(tree) for line in _edge(edge, boxes, locale)]
    drawn += [line for box in boxes.values() for line in _node(tree.nodes[box.name], box)]
    title = escape(tree.title.to(locale))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="menu-tree" role="img" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        + _ARROW
        + "".join(drawn)
        + "</svg>"
    )


_ARROW: Final = (
    '<defs><marker id="menu-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>'
)
_FILLS: Final = {"queue": "#dff3e3", "menu": "#e3ecfa", "flow": "#fdf1d8", "hours": "#f0e6f7"}


def _edges(tree: MenuTree) -> Iterator[Edge]:
    """What is worth a line: all but the ways to the person that every asking node has."""
    for name, node in tree.nodes.items():
        for edge in ways(tree, name, node):
            given = edge.chosen or getattr(node, "otherwise", None) is not None
            if edge.target in tree.nodes and given:
                yield edge


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
        lines = _lines(name, tree.nodes[name], locale)
        height = _LINE * len(lines) + 12
        top = filled.get(level, _MARGIN)
        boxes[name] = _Box(name, _MARGIN + level * _COLUMN, top, height, lines)
        filled[level] = top + height + _GAP
    return boxes


def _lines(name: str, node: Node, locale: Locale) -> tuple[str, ...]:
    kind = KIND_NAMES[node.kind].to(locale)
    return (f"{kind} · {name}", *_folded(_summary(node, "en" if locale == "en" else "zh")))


def _summary(node: Node, language: Language) -> str:
    if isinstance(node, Queue | Flow | Hours | Collect):
        return _named(node)
    if isinstance(node, Menu):
        spoken = (node.text, *(choice.text for choice in node.choices))
        return " ".join(filter(None, (one.to(language) for one in spoken)))
    return node.text.to(language)


def _named(node: Queue | Flow | Hours | Collect) -> str:
    if isinstance(node, Queue):
        return node.queue + (f" +{node.priority}" if node.priority else "")
    if isinstance(node, Flow):
        return node.flow
    if isinstance(node, Hours):
        return node.hours or ""
    return f"{node.name} {node.digits_min}–{node.digits_max}"


def _folded(text: str) -> Iterator[str]:
    line, room = "", _HALVES_A_LINE
    lines: list[str] = []
    for character in text:
        wide = 1 if ord(character) < _NARROW else 2
        if wide > room:
            lines.append(line)
            line, room = "", _HALVES_A_LINE
        line, room = line + character, room - wide
    lines += [line] if line else []
    shown = lines[:_LINES_MAX]
    if len(lines) > _LINES_MAX:
        shown[-1] = shown[-1][:-1] + "…"
    yield from shown


def _node(node: Node, box: _Box) -> Iterator[str]:
    fill = _FILLS.get(node.kind, "#f5f6f8")
    yield (
        f'<g class="menu-node menu-node-{node.kind}" data-node="{escape(box.name)}">'
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="6" '
        f'fill="{fill}" stroke="#667"/>'
    )
    for number, line in enumerate(box.lines):
        weight = ' font-weight="bold"' if number == 0 else ""
        yield (
            f'<text class="menu-text" x="{box.x + 8}" y="{box.y + 17 + number * _LINE}"{weight}>'
            f"{escape(line)}</text>"
        )
    yield "</g>"


def _edge(edge: Edge, boxes: dict[str, _Box], locale: Locale) -> Iterator[str]:
    source, target = boxes[edge.source], boxes[edge.target]
    start_x, start_y = source.x + _WIDTH, source.middle + _offset(edge.how)
    if target.x > source.x:
        end_x, bend = target.x, (target.x - start_x) // 2
        path = f"M{start_x} {start_y}C{start_x + bend} {start_y} {end_x - bend} {target.middle} "
    else:
        end_x, bend = target.x + _WIDTH, 70
        path = f"M{start_x} {start_y}C{start_x + bend} {start_y} {end_x + bend} {target.middle} "
    dashed = "" if edge.chosen else ' stroke-dasharray="4 3"'
    kind: Literal["chosen", "otherwise"] = "chosen" if edge.chosen else "otherwise"
    yield (
        f'<path class="menu-edge menu-edge-{kind}" d="{path}{end_x} {target.middle}" fill="none" '
        f'stroke="#667"{dashed} marker-end="url(#menu-arrow)"/>'
    )
    if edge.how != "next":
        yield (
            f'<text class="menu-text menu-how" x="{start_x + 5}" y="{start_y - 3}" '
            f'fill="#335">{escape(_how(edge.how, locale))}</text>'
        )


def _offset(how: str) -> int:
    """Keys leave a box one above the other, so that their labels can be read."""
    order = "123456789*0#"
    return (order.index(how) - 3) * 11 if how in order else 0


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
