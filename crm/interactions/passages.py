"""How a caller went from node to node of a menu, from the call's facts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mainline.journal import Event
from mainline.journal.call_events import KeyPressed, MenuStarted, MenuVisited, QueueEntered


@dataclass(slots=True)
class Passage:
    """One node the caller came to, and where they went from there."""

    menu: str
    version: int
    node: str
    at: datetime
    keys: str = ""
    """The key pressed last, if it was a single one: longer entries are nobody's business."""
    target: str | None = None
    gave_up: bool = False
    """The caller hung up here without having got anything."""


def passages(told: Sequence[Event], outcome: str) -> list[Passage]:
    """Every node in the order of the visits; ``told`` in the order in which it happened."""
    found: list[Passage] = []
    menu: MenuStarted | None = None
    here: Passage | None = None
    for event in told:
        if isinstance(event, MenuStarted):
            here = here if menu and menu.menu == event.menu else None
            menu = event
        elif isinstance(event, MenuVisited) and menu is not None:
            if here is not None:
                here.target = event.node
            here = Passage(menu.menu, menu.version, event.node, event.at)
            found.append(here)
        elif isinstance(event, KeyPressed) and here is not None and event.node == here.node:
            here.keys = event.keys if len(event.keys) == 1 else ""
        elif isinstance(event, QueueEntered):
            here = None
    if here is not None:
        here.gave_up = outcome == "abandoned"
    return found
