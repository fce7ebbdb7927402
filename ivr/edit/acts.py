"""Acts on a menu tree: each makes another tree of the right shape. Pure.

The tree before an act is left as it was, so that keeping it undoes the act. What would not be a
tree any more is refused.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ivr.edit import nodes
from ivr.edit.nodes import KINDS, Body, EditRefused, NameTaken, Needed
from ivr.menu import Key, MenuTree, NodeId, Shape
from ivr.say import Language

Kind = Literal["say", "menu", "language", "collect", "flow", "queue", "message", "hangup", "hours"]
_OWN: Final = frozenset({"kind", "choices", "keys"})


class _Act(Shape):
    def on(self, tree: Body) -> None:
        """Change the tree, which is a copy."""
        raise NotImplementedError


class Words(_Act):
    """What is said in one language. ``field``: text, wrong, silence, or a key of the menu."""

    do: Literal["words"]
    node: NodeId
    field: Literal["text", "wrong", "silence"] | Key
    language: Language
    words: str = Field(max_length=1000)

    def on(self, tree: Body) -> None:  # noqa: D102
        place, field = nodes.node(tree, self.node), self.field
        if field not in {"text", "wrong", "silence"}:
            place, field = nodes.choice(place, field), "text"
        place[field] = {"zh": "", "en": "", **place.get(field, {}), self.language: self.words}
        if not any(place[field].values()) and not nodes.required(place, field):
            del place[field]


class Put(_Act):
    """A property of a node; nothing gives it back its usual value."""

    do: Literal["put"]
    node: NodeId
    field: Literal["timeout_s", "attempts", "silences", "name", "digits_min", "digits_max",
                   "private", "flow", "queue", "priority", "hours", "keys"]  # fmt: skip
    value: str | int | float | bool | dict[Key, Language] | None = None

    def on(self, tree: Body) -> None:  # noqa: D102
        node = nodes.node(tree, self.node)
        if self.value is None or self.value == "":
            node.pop(self.field, None)
        else:
            node[self.field] = self.value


class Title(_Act):
    """What the whole menu is called."""

    do: Literal["title"]
    language: Language
    words: str = Field(max_length=200)

    def on(self, tree: Body) -> None:  # noqa: D102
        tree["title"] = {**tree["title"], self.language: self.words}


class Role(_Act):
    """The node where callers begin, or the queue for those who cannot choose."""

    do: Literal["role"]
    role: Literal["start", "person"]
    node: NodeId

    def on(self, tree: Body) -> None:  # noqa: D102
        nodes.node(tree, self.node)
        tree[self.role] = self.node


class Connect(_Act):
    """Let a way lead to another node; a key that is not there yet is offered."""

    do: Literal["connect"]
    node: NodeId
    how: str = Field(pattern=r"^[a-z]+$|^[0-9*#]$")
    to: NodeId

    def on(self, tree: Body) -> None:  # noqa: D102
        nodes.node(tree, self.to)
        nodes.lead(nodes.node(tree, self.node), self.how, self.to)


class Cut(_Act):
    """Take a way out that need not be there: a key, or a branch that has a usual way."""

    do: Literal["cut"]
    node: NodeId
    how: str = Field(pattern=r"^[a-z]+$|^[0-9*#]$")

    def on(self, tree: Body) -> None:  # noqa: D102
        nodes.cut(nodes.node(tree, self.node), self.how)


class Rekey(_Act):
    """Offer the same under another key."""

    do: Literal["rekey"]
    node: NodeId
    key: Key
    to: Key

    def on(self, tree: Body) -> None:  # noqa: D102
        nodes.choice(nodes.node(tree, self.node), self.key)["key"] = self.to


class Order(_Act):
    """Offer a key earlier or later."""

    do: Literal["order"]
    node: NodeId
    key: Key
    by: Literal[-1, 1]

    def on(self, tree: Body) -> None:  # noqa: D102
        menu = nodes.node(tree, self.node)
        offered = nodes.choice(menu, self.key)
        choices = menu["choices"]
        here = choices.index(offered)
        choices.insert(max(0, here + self.by), choices.pop(here))


class Add(_Act):
    """A new node, put into a way: it leads on to where that way led."""

    do: Literal["add"]
    kind: Kind
    name: NodeId
    node: NodeId | None = None
    how: str = Field(default="", pattern=r"^[a-z]*$|^[0-9*#]$")

    def on(self, tree: Body) -> None:  # noqa: D102
        if self.name in tree["nodes"]:
            raise NameTaken(node=self.name)
        source = nodes.node(tree, self.node) if self.node else None
        led = dict(nodes.ways(source)).get(self.how) if source else None
        tree["nodes"][self.name] = nodes.fresh(tree, self.kind, led or tree["person"])
        if source is not None:
            nodes.lead(source, self.how, self.name)


class Turn(_Act):
    """Make it a node of another kind; what both kinds know is kept."""

    do: Literal["turn"]
    node: NodeId
    kind: Kind

    def on(self, tree: Body) -> None:  # noqa: D102
        old = nodes.node(tree, self.node)
        fresh = nodes.fresh(tree, self.kind, nodes.onward(old) or tree["person"])
        known = KINDS[self.kind].model_fields.keys() - _OWN
        tree["nodes"][self.node] = fresh | {name: old[name] for name in old if name in known}


class Rename(_Act):
    """Another name, also where ways lead to it."""

    do: Literal["rename"]
    node: NodeId
    to: NodeId

    def on(self, tree: Body) -> None:  # noqa: D102
        nodes.node(tree, self.node)
        if self.to in tree["nodes"] and self.to != self.node:
            raise NameTaken(node=self.to)
        names = {self.node: self.to}
        tree["nodes"] = {names.get(name, name): node for name, node in tree["nodes"].items()}
        for role in ("start", "person"):
            tree[role] = names.get(tree[role], tree[role])
        for node in tree["nodes"].values():
            for how, target in list(nodes.ways(node)):
                nodes.lead(node, how, names.get(target, target))


class Remove(_Act):
    """Take a node out: who came to it goes on to where it led.

    Where it led nowhere, the keys that led to it go as well, and what must lead somewhere leads to
    the person.
    """

    do: Literal["remove"]
    node: NodeId

    def on(self, tree: Body) -> None:  # noqa: D102
        gone = nodes.node(tree, self.node)
        if self.node in {tree["start"], tree["person"]}:
            raise Needed
        onward = nodes.onward(gone)
        onward = None if onward == self.node else onward
        del tree["nodes"][self.node]
        for node in tree["nodes"].values():
            for how in [how for how, target in nodes.ways(node) if target == self.node]:
                if onward is None and nodes.spare(node, how):
                    nodes.cut(node, how)
                else:
                    nodes.lead(node, how, onward or tree["person"])


Act = Annotated[
    Words | Put | Title | Role | Connect | Cut | Rekey | Order | Add | Turn | Rename | Remove,
    Field(discriminator="do"),
]
ACT: Final[TypeAdapter[Act]] = TypeAdapter(Act)


def edited(body: Body, act: Act) -> Body:
    """The tree after the act. The one before is not touched."""
    tree = deepcopy(body)
    act.on(tree)
    parsed(tree)
    return tree


def parsed(body: Body) -> MenuTree:
    """The tree; refused when it is none."""
    try:
        return MenuTree.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EditRefused(f"{where}: {first['msg']}") from error
