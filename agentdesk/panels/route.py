"""The way a caller came: through the menu, with what was keyed, in the words of the menu. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ivr.menu import PERSON_KEY, ChooseLanguage, Collect, Menu, MenuTree
from mainline.i18n import Locale, Text
from mainline.journal import Event
from mainline.journal.call_events import FlowFinished, KeyPressed, MenuStarted

FLOW_WORDS: Final[Mapping[str, Text]] = {
    "identify": Text("Who is calling"),
    "context": Text("Likely reason told"),
    "arrears": Text("Arrears and bills"),
    "outage_news": Text("Outage news"),
    "order_status": Text("State of the order"),
    "report_fault": Text("Fault report"),
    "meter_reading": Text("Meter reading by keypad"),
    "suspension": Text("Suspend or resume"),
    "policy": Text("Prices and rules by telephone"),
    "callback": Text("Asked to be called back"),
}
"""What each self-service of ``ivr.flows`` is called on a page."""
_KEY_WORDS: Final = re.compile(r"[,，]?\s*(请按|press)\s*\S+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of the way: what was keyed, and what it meant."""

    keys: str
    words: str
    result: str = ""


def came_by(events: Iterable[Event], trees: Mapping[str, MenuTree], locale: Locale) -> list[Turn]:
    """Keys and self-service in their order. ``trees`` by menu name, in the call's version."""
    turns: list[Turn] = []
    tree: MenuTree | None = None
    for event in events:
        if isinstance(event, MenuStarted):
            tree = trees.get(event.menu)
        elif isinstance(event, KeyPressed):
            turns.append(Turn(event.keys, meaning(tree, event.node, event.keys, locale)))
        elif isinstance(event, FlowFinished):
            words = FLOW_WORDS.get(event.flow)
            turns.append(Turn("", words.to(locale) if words else event.flow, event.result))
    return turns


def meaning(tree: MenuTree | None, node: str, keys: str, locale: Locale) -> str:
    """What the menu offered under that key; the node's name when it offers nothing."""
    found = tree.nodes.get(node) if tree else None
    if keys == PERSON_KEY:
        return Text("A person").to(locale)
    if isinstance(found, ChooseLanguage) and keys in found.keys:
        language = Text("English") if found.keys[keys] == "en" else Text("Chinese")
        return language.to(locale)
    if isinstance(found, Menu):
        for choice in found.choices:
            if choice.key == keys:
                return offered(choice.text.to("en" if locale == "en" else "zh")) or choice.go
    if isinstance(found, Collect):
        return found.name
    return node


def offered(sentence: str) -> str:
    """``报修请按1。`` without the words about the key."""
    return _KEY_WORDS.sub("", sentence.strip().rstrip("。.!！"))
