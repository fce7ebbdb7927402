"""A menu tree as a definition: what is said, what may be keyed, and where that leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.say import Language
from mainline.text import LocalizedText

NODES_MAX = 200
PERSON_KEY = "0"
"""Leads to a person wherever the caller is asked for keys."""

NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Seconds = Annotated[float, Field(ge=1, le=30)]
Attempts = Annotated[int, Field(ge=1, le=5)]


class Shape(BaseModel):
    """Never changed, and nothing in it that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Spoken(Shape):
    """What the caller hears; a language may still be missing in a draft, the check says so."""

    zh: str = Field(default="", max_length=1000)
    en: str = Field(default="", max_length=1000)

    def to(self, language: Language) -> str:
        """The words in that language, empty when there are none."""
        return (self.en if language == "en" else self.zh).strip()


SILENT = Spoken()


class Choice(Shape):
    """A key, the sentence that offers it, and where it leads."""

    key: Key
    text: Spoken = SILENT
    """Empty: the key works but is not offered."""
    go: NodeId


class Asking(Shape):
    """What all nodes that wait for keys have in common."""

    timeout_s: Seconds = 5
    attempts: Attempts = 3
    silences: Attempts = 2
    """Who keys nothing so often is not asked again, whatever attempts are left."""
    wrong: Spoken = SILENT
    """Said after a wrong key; empty: the house phrase."""
    silence: Spoken = SILENT
    """Said when nothing was keyed; empty: the house phrase."""
    otherwise: NodeId | None = None
    """Where it goes after the last attempt; none: the tree's person."""


class Say(Shape):
    """Say something and go on."""

    kind: Literal["say"]
    text: Spoken
    next: NodeId


class Menu(Asking):
    """One key, one way."""

    kind: Literal["menu"]
    text: Spoken = SILENT
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=12)
    offers_language: bool = False
    """Whether who is new to us is offered the key that changes the language; it always works."""

    @model_validator(mode="after")
    def _keys_once(self) -> Menu:
        keys = [choice.key for choice in self.choices]
        if len(keys) != len(set(keys)):
            raise ValueError("a key is given twice")
        return self


class ChooseLanguage(Asking):
    """Ask for the language, in all of them; passed over when it is known already."""

    kind: Literal["language"]
    keys: dict[Key, Language] = Field(min_length=1, max_length=2)
    text: Spoken
    next: NodeId


class Collect(Asking):
    """Digits kept under ``name`` for the flows that follow."""

    kind: Literal["collect"]
    name: Name
    text: Spoken
    digits_min: int = Field(default=1, ge=1, le=32)
    digits_max: int = Field(default=16, ge=1, le=32)
    private: bool = False
    """The journal keeps asterisks instead of the digits."""
    next: NodeId

    @model_validator(mode="after")
    def _room(self) -> Collect:
        if self.digits_min > self.digits_max:
            raise ValueError("digits_min is greater than digits_max")
        return self


class Flow(Shape):
    """Self-service; ``otherwise`` is where callers go who want or need a person."""

    kind: Literal["flow"]
    flow: Name
    next: NodeId
    otherwise: NodeId | None = None


class Queue(Shape):
    """Wait for a person."""

    kind: Literal["queue"]
    queue: Name
    priority: int = Field(default=0, ge=0, le=100)
    urgent: Name | None = None
    """A fault that goes ahead of all: its work order is opened as the caller comes here, and its
    safety text is heard while it rings."""
    text: Spoken = SILENT


class Message(Shape):
    """Leave a message."""

    kind: Literal["message"]
    text: Spoken = SILENT


class Hangup(Shape):
    """Say good-bye."""

    kind: Literal["hangup"]
    text: Spoken = SILENT


class Hours(Shape):
    """Branch by opening hours; branches left out go where the office is closed."""

    kind: Literal["hours"]
    hours: Name | None = None
    """None: the hours of the line that was called."""
    open: NodeId
    night: NodeId
    lunch: NodeId | None = None
    holiday: NodeId | None = None
    emergency: NodeId | None = None

    def branch(self, state: str) -> str:
        """Where it goes in that state."""
        ways: dict[str, str | None] = {
            "open": self.open,
            "lunch": self.lunch,
            "holiday": self.holiday,
            "emergency": self.emergency,
        }
        return ways.get(state) or self.night


Node = Annotated[
    Say | Menu | ChooseLanguage | Collect | Flow | Queue | Message | Hangup | Hours,
    Field(discriminator="kind"),
]


class Door(Shape):
    """A node to which agents may send callers in mid-call, for a payment for example."""

    title: LocalizedText
    back_at: tuple[NodeId, ...] = Field(default=(), max_length=20)
    """Whoever comes to one of these nodes is through and goes back to the agent."""


class ChangeLanguage(Shape):
    """A key that changes the language in any menu; offered in the language it leads to."""

    key: Key
    text: Spoken


class MenuTree(Shape):
    """A whole tree. ``person`` is the queue for callers who cannot or will not choose."""

    title: LocalizedText
    languages: tuple[Language, ...] = Field(default=("zh", "en"), min_length=1, max_length=2)
    start: NodeId
    home: NodeId | None = None
    """Where callers come who return from the queue, greeted before; none: the start."""
    person: NodeId
    change_language: ChangeLanguage | None = None
    nodes: dict[NodeId, Node] = Field(min_length=1, max_length=NODES_MAX)
    doors: dict[NodeId, Door] = Field(default_factory=dict, max_length=20)


@dataclass(frozen=True, slots=True)
class Edge:
    """One way out of a node. ``how``: a key, a branch, ``next``, or ``otherwise``."""

    source: str
    how: str
    target: str

    @property
    def chosen(self) -> bool:
        """Whether it is part of the plan, not only where the lost are picked up."""
        return self.how != "otherwise"


def edges(tree: MenuTree) -> list[Edge]:
    """Every way from every node, in the order of the definition."""
    return [edge for name, node in tree.nodes.items() for edge in ways(tree, name, node)]


def ways(tree: MenuTree, name: str, node: Node) -> Iterator[Edge]:
    """The ways out of one node."""
    if isinstance(node, Menu):
        yield from (Edge(name, choice.key, choice.go) for choice in node.choices)
    if isinstance(node, Hours):
        states = ("open", "lunch", "holiday", "night", "emergency")
        yield from (Edge(name, state, getattr(node, state)) for state in states
                    if getattr(node, state))  # fmt: skip
    if isinstance(node, Say | ChooseLanguage | Collect | Flow):
        yield Edge(name, "next", node.next)
    if isinstance(node, Menu | Collect | Flow):
        yield Edge(name, "otherwise", node.otherwise or tree.person)


def texts(tree: MenuTree) -> Iterator[tuple[str, Spoken]]:
    """Everything that can be heard, with the place where it stands."""
    if tree.change_language is not None:
        yield "change_language", tree.change_language.text
    for name, node in tree.nodes.items():
        for field in ("text", "wrong", "silence"):
            spoken = getattr(node, field, None)
            if isinstance(spoken, Spoken) and spoken != SILENT:
                yield f"{name}.{field}", spoken
        if isinstance(node, Menu):
            yield from ((f"{name}.{choice.key}", choice.text) for choice in node.choices)
