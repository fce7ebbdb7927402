"""What is wrong with a menu tree before a caller finds out. Pure: knows names, asks nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.menu import (
    PERSON_KEY,
    SILENT,
    Asking,
    ChooseLanguage,
    Collect,
    Edge,
    Flow,
    Hangup,
    Hours,
    Menu,
    MenuTree,
    Message,
    Queue,
    edges,
    texts,
)
from ivr.say import LANGUAGES, Language
from ivr.say.spell import keys_named
from mainline.definitions import Problem
from mainline.i18n import Text

LEVELS_MAX = 2
"""Menus a caller passes before an agent can be reached; more draws a warning."""

_ENDS = (Queue, Message, Hangup)


@dataclass(frozen=True, slots=True)
class Known:
    """The names a tree may use."""

    flows: Collection[str]
    queues: Collection[str]
    hours: Collection[str] | None = None
    """None: not known here; a branch on unknown hours follows the hours of the line."""


def problems(tree: MenuTree, known: Known) -> list[Problem]:
    """Everything found, errors first."""
    found = [*_targets(tree), *_names(tree, known), *_texts(tree), *_zero(tree)]
    found += _language_key(tree)
    if not found or all(problem.code != "unknown-node" for problem in found):
        found += [*_reach(tree), *_exits(tree), *_endless(tree), *_levels(tree)]
    return sorted(found, key=lambda problem: (problem.level, problem.where, problem.code))


def _error(code: str, where: str, words: Text, **values: object) -> Problem:
    return Problem("error", code, where, words, tuple(values.items()))


def _warning(code: str, where: str, words: Text, **values: object) -> Problem:
    return Problem("warning", code, where, words, tuple(values.items()))


def _targets(tree: MenuTree) -> Iterator[Problem]:
    unknown = Text("Leads to %(target)s, which does not exist.")
    for edge in edges(tree):
        if edge.target not in tree.nodes:
            yield _error("unknown-node", edge.source, unknown, target=edge.target)
    for door, each in tree.doors.items():
        for name in {door, *each.back_at} - tree.nodes.keys():
            yield _error("unknown-node", f"doors.{door}", unknown, target=name)
    for role, target in (("start", tree.start), ("home", tree.home), ("person", tree.person)):
        if target is not None and target not in tree.nodes:
            yield _error("unknown-node", role, unknown, target=target)
    if tree.person in tree.nodes and not isinstance(tree.nodes[tree.person], Queue):
        yield _error("person-no-queue", "person", Text("The person must be a queue."))


def _names(tree: MenuTree, known: Known) -> Iterator[Problem]:
    for name, node in tree.nodes.items():
        if isinstance(node, Flow) and node.flow not in known.flows:
            yield _error("unknown-flow", name, Text("No flow is called %(flow)s."), flow=node.flow)
        if isinstance(node, Queue) and node.queue not in known.queues:
            yield _error(
                "unknown-queue", name, Text("No queue is called %(queue)s."), queue=node.queue
            )
        if isinstance(node, Hours) and _unknown(node.hours, known.hours):
            yield _error(
                "unknown-hours", name, Text("No hours are called %(hours)s."), hours=node.hours
            )
        if isinstance(node, ChooseLanguage):
            yield from _languages(tree, name, node)


def _unknown(name: str | None, known: Collection[str] | None) -> bool:
    return name is not None and known is not None and name not in known


def _languages(tree: MenuTree, name: str, node: ChooseLanguage) -> Iterator[Problem]:
    if set(node.keys.values()) != set(tree.languages):
        yield _error(
            "languages-differ", name, Text("The keys do not offer exactly the tree's languages.")
        )


def _texts(tree: MenuTree) -> Iterator[Problem]:
    for where, spoken in texts(tree):
        missing = [language for language in tree.languages if not spoken.to(language)]
        if spoken == SILENT or not missing:
            continue
        yield _error(
            "missing-translation",
            where,
            Text("Has no words in %(languages)s."),
            languages=", ".join(missing),
        )
    for name, node in tree.nodes.items():
        if isinstance(node, Queue) and node.urgent and node.text != SILENT:
            words = Text("An emergency must ring at once: its safety text is heard meanwhile.")
            yield _error("urgent-waits", name, words)
        if isinstance(node, Menu):
            yield from _offers(tree, name, node)
        elif getattr(node, "text", None) == SILENT and not isinstance(node, _ENDS):
            yield _error("missing-prompt", name, Text("Says nothing."))


def _offers(tree: MenuTree, name: str, node: Menu) -> Iterator[Problem]:
    if all(choice.text == SILENT for choice in node.choices):
        yield _error("missing-prompt", name, Text("Says nothing."))
    for choice in node.choices:
        for language in tree.languages:
            if not _offered(choice.key, choice.text.to(language), language):
                yield _error(
                    "key-not-said",
                    f"{name}.{choice.key}",
                    Text("The words in %(language)s do not name the key."),
                    language=language,
                )


def _offered(key: str, words: str, language: Language) -> bool:
    return not words or key in keys_named(words, language)


def _language_key(tree: MenuTree) -> Iterator[Problem]:
    """The key that changes the language: free in every menu, named in the language it leads to."""
    change = tree.change_language
    if change is None:
        return
    if len(tree.languages) < len(LANGUAGES):
        yield _error("language-alone", "change_language", Text("There is no other language."))
    for name, node in tree.nodes.items():
        taken = isinstance(node, Menu) and change.key in {one.key for one in node.choices}
        if taken or change.key == PERSON_KEY:
            words = Text("The key changes the language already.")
            yield _error("language-key-taken", f"{name}.{change.key}", words)
    pairs: tuple[tuple[Language, Language], ...] = (("zh", "en"), ("en", "zh"))
    for language, other in pairs:
        if not _offered(change.key, change.text.to(language), other):
            yield _error(
                "key-not-said",
                "change_language",
                Text("The words in %(language)s do not name the key."),
                language=language,
            )


def _zero(tree: MenuTree) -> Iterator[Problem]:
    for name, node in tree.nodes.items():
        if not isinstance(node, Menu):
            continue
        go = next((choice.go for choice in node.choices if choice.key == PERSON_KEY), None)
        if go is None:
            yield _error("zero-missing", name, Text("Key 0 is not offered."))
        elif go in tree.nodes and not isinstance(tree.nodes[go], Queue):
            yield _error("zero-no-person", name, Text("Key 0 does not lead to a person."))
    for name, node in tree.nodes.items():
        if isinstance(node, Asking) and node.otherwise == name:
            yield _error("no-exit", name, Text("Lost callers come back here for ever."))


def _reach(tree: MenuTree) -> Iterator[Problem]:
    reached = _from(tree.start, _following(edges(tree))) | {tree.person}
    for name in tree.nodes:
        if name not in reached:
            yield _error("unreachable", name, Text("No way leads here."))


def _exits(tree: MenuTree) -> Iterator[Problem]:
    """Every node must have a way, by the caller's own choice, to an end."""
    chosen = (edge for edge in edges(tree) if edge.chosen)
    back = _following(Edge(edge.target, edge.how, edge.source) for edge in chosen)
    leaving: set[str] = set()
    for name, node in tree.nodes.items():
        if isinstance(node, _ENDS):
            leaving |= _from(name, back)
    for name in tree.nodes:
        if name not in leaving:
            yield _error("dead-end", name, Text("No choice of the caller ends the call from here."))


def _endless(tree: MenuTree) -> Iterator[Problem]:
    """A circle in which nobody is asked would talk for ever."""
    asking = {name for name, node in tree.nodes.items() if isinstance(node, Menu | Collect)}
    silent = _following(edge for edge in edges(tree) if edge.source not in asking)
    for name in tree.nodes:
        if any(name in _from(target, silent) for target in silent.get(name, ())):
            yield _error("endless", name, Text("Goes round in a circle without asking the caller."))


def _levels(tree: MenuTree) -> Iterator[Problem]:
    """Menus on the shortest way from the start; key 0 apart, agents should be near."""
    following = _following(edge for edge in edges(tree) if edge.chosen)
    depth = {tree.start: 0}
    waiting = deque([tree.start])
    while waiting:
        name = waiting.popleft()
        below = depth[name] + isinstance(tree.nodes[name], Menu)
        for target in following.get(name, ()):
            if below < depth.get(target, below + 1):
                depth[target] = below
                waiting.append(target)
    for name, level in depth.items():
        if isinstance(tree.nodes[name], Menu) and level >= LEVELS_MAX:
            yield _warning(
                "deep", name, Text("Is level %(level)s; two are enough."), level=level + 1
            )


def _following(ways: Iterable[Edge]) -> dict[str, list[str]]:
    """Where each node's ways lead."""
    found: dict[str, list[str]] = {}
    for edge in ways:
        found.setdefault(edge.source, []).append(edge.target)
    return found


def _from(start: str, following: Mapping[str, Collection[str]]) -> set[str]:
    reached = {start}
    waiting = [start]
    while waiting:
        for target in following.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached
