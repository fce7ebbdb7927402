"""A menu tree as a picture for the page and as lines for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal

from ivr.layout import (
    COLUMN,
    HALVES_A_LINE,
    LINE,
    MARGIN,
    TITLE_HALVES,
    WIDTH,
    Box,
    Row,
    folded,
    how_words,
    layout,
    lines,
)
from ivr.menu import MenuTree, Node, ways
from ivr.traffic import Traffic
from mainline.i18n import Locale

Mark = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown besides the tree itself."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    """Nodes of which the check says something."""
    traffic: Traffic | None = None
    choosing: bool = False
    """Each node can be chosen: the picture is the inside of a list of options."""


def draw_svg(tree: MenuTree, locale: Locale, look: Look = Look()) -> str:
    """The tree as an SVG element, to be put into a page as it is.

    Every text is escaped; colours are presentation attributes that a page's classes override
    (``menu-node``, ``menu-node-<kind>``, ``menu-edge``, ``menu-edge-otherwise``, ``menu-text``).
    """
    boxes = layout(tree, locale)
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    drawn = [line for box in boxes.values() for line in _arrows(box, boxes, look)]
    drawn += [line for box in boxes.values() for line in _node(tree.nodes[box.name], box, boxes,
              look)]  # fmt: skip
    title = "" if look.choosing else f"<title>{escape(tree.title.to(locale))}</title>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="menu-tree" '
        f'role="{"presentation" if look.choosing else "img"}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12">{title}' + _ARROW + "".join(drawn) + "</svg>"
    )


_ARROW: Final = (
    '<defs><marker id="menu-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>'
)
_NUMBER: Final = 6
"""Letters that a number at the end of a line takes."""
_FILLS: Final = {"queue": "#dff3e3", "menu": "#e3ecfa", "flow": "#fdf1d8", "hours": "#f0e6f7"}


def _node(node: Node, box: Box, boxes: dict[str, Box], look: Look) -> Iterator[str]:
    fill, mark = _FILLS.get(node.kind, "#f5f6f8"), look.marks.get(box.name, "")
    option = _option(box) if look.choosing else ""
    yield (
        f'<g class="menu-node menu-node-{node.kind}{f" menu-{mark}" if mark else ""}"{option} '
        f'data-node="{escape(box.name)}">'
        f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="6" '
        f'fill="{fill}" stroke="#667"/><title>{escape(box.title)}</title>'
    )
    numbers = _NUMBER if look.traffic else 0
    title = next(folded(box.title, lines_max=1, halves=TITLE_HALVES - numbers))
    yield _text(box, 0, title, ' font-weight="bold"')
    for number, line in enumerate(box.lines[1:], start=1):
        yield _text(box, number, line, "")
    for number, row in enumerate(box.rows, start=len(box.lines)):
        target = boxes.get(row.edge.target)
        back = "" if target and target.level > box.level else f" ↩ {row.edge.target}"
        room = HALVES_A_LINE - len(back) - numbers
        label = next(folded(row.label, lines_max=1, halves=max(4, room)), "")
        yield _text(box, number, label + back, f' fill="#335" data-how="{row.edge.how}"')
    yield from _numbers(box, look.traffic)
    yield "</g>"


def _option(box: Box) -> str:
    words = escape(", ".join([box.title, *box.lines[1:], *(row.label for row in box.rows)]))
    return f' role="option" aria-selected="false" id="node-{escape(box.name)}" aria-label="{words}"'


def _numbers(box: Box, traffic: Traffic | None) -> Iterator[str]:
    """How many came here, went each way, and gave up."""
    if traffic is None:
        return
    right = box.x + WIDTH
    yield _number(right - 6, box.y + 17, str(traffic.visits.get(box.name, 0)), "visits")
    for number, row in enumerate(box.rows):
        taken = traffic.taken.get((row.edge.source, row.edge.how), 0)
        yield _number(right - 6, box.port(number) + 4, str(taken), "taken")
    if gone := traffic.gave_up.get(box.name, 0):
        yield _number(right, box.y + box.height + 14, f"✕ {gone}", "gave-up")


def _number(x: int, y: int, words: str, kind: str) -> str:
    return f'<text class="menu-{kind}" x="{x}" y="{y}" text-anchor="end">{words}</text>'


def _text(box: Box, number: int, words: str, look: str) -> str:
    y = box.y + 17 + number * LINE
    return f'<text class="menu-text" x="{box.x + 8}" y="{y}"{look}>{escape(words)}</text>'


def _arrows(box: Box, boxes: dict[str, Box], look: Look) -> Iterator[str]:
    """Arrows lead onwards only; a way back is named in the box."""
    for number, row in enumerate(box.rows):
        target = boxes.get(row.edge.target)
        if target is None or target.level <= box.level:
            continue
        x, y, bend = box.x + WIDTH, box.port(number), (COLUMN - WIDTH) // 2
        kind = "chosen" if row.edge.chosen else "otherwise"
        dashed = "" if row.edge.chosen else ' stroke-dasharray="4 3"'
        yield (
            f'<path class="menu-edge menu-edge-{kind}" d="M{x} {y}C{x + bend} {y} '
            f'{target.x - bend} {target.entry} {target.x} {target.entry}" fill="none" '
            f'stroke="#667"{dashed}{_width(row, look.traffic)} marker-end="url(#menu-arrow)"/>'
        )


def _width(row: Row, traffic: Traffic | None) -> str:
    """The more callers took the way, the wider it is."""
    if traffic is None or not traffic.most:
        return ""
    share = traffic.taken.get((row.edge.source, row.edge.how), 0) / traffic.most
    return f' stroke-width="{0.8 + 9 * share:.1f}"'


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
    written = lines(name, node, locale)
    yield f"{indent}{written[0]}" + (" ↑" if again else "  " + "".join(written[1:2]))
    if again:
        return
    shown.add(name)
    for edge in ways(tree, name, node):
        if edge.chosen or getattr(node, "otherwise", None):
            yield f"{indent}  [{how_words(edge.how, locale)}]"
            yield from _branch(tree, edge.target, indent + "    ", shown, locale)
