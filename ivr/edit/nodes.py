"""Nodes of a menu tree as plain data: found, led elsewhere, made. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

from ivr.menu import Choice, Node, Shape
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text

Body = dict[str, Any]
"""A tree, or a node of one, as it is written down."""
WAYS: Final = ("next", "otherwise", "open", "lunch", "holiday", "night", "emergency")
"""Fields that name another node; the ways of a menu's keys apart."""
KINDS: Final[dict[str, type[Shape]]] = {
    get_args(shape.model_fields["kind"].annotation)[0]: shape
    for shape in get_args(get_args(Node)[0])
}


class EditRefused(Invalid):
    """After this it would not be a menu any more."""

    code = "edit-refused"
    words = Text("This cannot be done to the menu: %(detail)s")


class NoSuchNode(MainlineError):
    """Somebody else's tree, or a node that has gone."""

    code = "no-such-node"
    status = 422
    words = Text("There is no node %(node)s.")


class Needed(MainlineError):
    """Every menu has a start and a person."""

    code = "node-needed"
    words = Text("Start and person cannot be removed. Make another node start or person first.")


class NameTaken(MainlineError):
    """Two nodes cannot have one name."""

    code = "name-taken"
    words = Text("There is a node %(node)s already.")


def blank(name: str) -> Body:
    """The smallest menu: a greeting, and a person."""
    return {
        "title": {"zh": name, "en": name},
        "start": "hello",
        "person": "agent",
        "nodes": {
            "hello": {"kind": "say", "text": {"zh": "您好。", "en": "Hello."}, "next": "agent"},
            "agent": {"kind": "queue", "queue": "service"},
        },
    }


def node(tree: Body, name: str) -> Body:
    """The node of that name."""
    if name not in tree["nodes"]:
        raise NoSuchNode(node=name)
    found: Body = tree["nodes"][name]
    return found


def choice(node: Body, key: str) -> Body:
    """What the menu offers under the key."""
    for choice in node.get("choices", ()):
        if choice["key"] == key:
            found: Body = choice
            return found
    raise EditRefused(key)


def ways(node: Body) -> Iterator[tuple[str, str]]:
    """Every way that is written down: how, and to which node."""
    yield from ((choice["key"], choice["go"]) for choice in node.get("choices", ()))
    yield from ((way, node[way]) for way in WAYS if node.get(way))


def onward(node: Body) -> str | None:
    """Where somebody goes who chooses nothing."""
    return node.get("next") or node.get("open")


def required(node: Body, field: str) -> bool:
    """Whether a node of its kind, or a choice, must have the field."""
    shape = KINDS[node["kind"]] if "kind" in node else Choice
    return field in shape.model_fields and shape.model_fields[field].is_required()


def spare(node: Body, how: str) -> bool:
    """Whether the node is whole without this way."""
    return len(node["choices"]) > 1 if how not in WAYS else not required(node, how)


def cut(node: Body, how: str) -> None:
    """Take the way out."""
    if how in WAYS:
        node.pop(how, None)
    else:
        offered = choice(node, how)
        node["choices"].remove(offered)


def lead(node: Body, how: str, to: str) -> None:
    """Let the way lead there; a key that is not there yet is offered."""
    if how in WAYS:
        node[how] = to
        return
    for choice in node.get("choices", ()):
        if choice["key"] == how:
            choice["go"] = to
            return
    offer = {"zh": f"请按{how}。", "en": f"Press {how}."}
    node.setdefault("choices", []).append({"key": how, "text": offer, "go": to})


def fresh(tree: Body, kind: str, onward: str) -> Body:
    """A new node of that kind, which leads onward if its kind leads anywhere."""
    person = tree["nodes"].get(tree["person"], {})
    offer = {"zh": "人工服务请按0。", "en": "For a person, press 0."}
    keys = {
        str(at + 1): language for at, language in enumerate(tree.get("languages", ("zh", "en")))
    }
    own: dict[str, Body] = {
        "menu": {"choices": [{"key": "0", "text": offer, "go": tree["person"]}]},
        "language": {"keys": keys, "next": onward},
        "collect": {"name": "number", "next": onward},
        "flow": {"flow": "identify", "next": onward},
        "queue": {"queue": person.get("queue", "service")},
        "say": {"next": onward},
        "hours": {"open": onward, "night": onward},
    }
    text = {"text": {"zh": "", "en": ""}} if required({"kind": kind}, "text") else {}
    return {"kind": kind, **text, **own.get(kind, {})}
