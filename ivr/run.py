"""Walk a caller through a menu tree. Knows no Asterisk and no database; always comes to an end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from dialplan.contract import PRIORITY_URGENT
from ivr.decision import TO_SERVICE, Decision, emergency
from ivr.flows.fault import open_at_once
from ivr.flows.journey import PASSED, Flow, Journey, Outcome
from ivr.hours import State
from ivr.menu import (
    PERSON_KEY,
    Asking,
    ChooseLanguage,
    Collect,
    Hangup,
    Hours,
    Menu,
    MenuTree,
    Message,
    Node,
    Queue,
    Say,
    Spoken,
)
from ivr.menu import Flow as FlowNode
from ivr.say import Language
from ivr.talk import WantsPerson
from mainline.asterisk.call import CallerGone
from mainline.journal.call_events import FlowFinished, KeyPressed, MenuStarted, MenuVisited
from mainline.log import get_logger

STEPS_MAX: Final = 100
"""Nobody who presses this many keys is served by the machine: a person takes over."""
DETAIL_MAX: Final = 80

log = get_logger("ivr")

HoursState = Callable[[str | None], State]


@dataclass(frozen=True, slots=True)
class Running:
    """The tree a call began with, to its end, whatever is published meanwhile."""

    name: str
    version: int
    tree: MenuTree


class Walk:
    """One caller in one tree."""

    def __init__(
        self,
        menu: Running,
        journey: Journey,
        flows: Mapping[str, Flow],
        hours: HoursState,
        *,
        again: bool = False,
    ) -> None:
        self._menu, self._tree = menu, menu.tree
        self._journey, self._talk = journey, journey.talk
        self._flows, self._hours = flows, hours
        self._start = (menu.tree.home if again else None) or menu.tree.start
        self._at = self._start
        self._language_on_file = journey.caller is not None and journey.caller.language is not None
        self._language_known = again or self._language_on_file

    async def run(self, *, at: str = "", until: Collection[str] = ()) -> Decision:
        """Lead the caller to an end: a queue, a message, or good-bye.

        Whom an agent sent here begins ``at`` a node and is through on reaching one of ``until``.
        """
        self._note_start()
        where: str | Decision = at or self._start
        for _ in range(STEPS_MAX):
            if isinstance(where, Decision):
                return where
            if where in until:
                return Decision("hangup")
            where = await self._visit(where)
        return where if isinstance(where, Decision) else self._person()

    def _note_start(self) -> None:
        """Under which version, and in which language; once more when the caller chooses another."""
        self._journey.note(
            MenuStarted(
                subject=self._journey.subject,
                menu=self._menu.name,
                version=self._menu.version,
                language=self._talk.language,
            )
        )

    async def _visit(self, name: str) -> str | Decision:
        node = self._tree.nodes.get(name)
        if node is None:
            log.error("menu.unknown_node", menu=self._menu.name, node=name)
            return TO_SERVICE
        self._at = name
        self._journey.note(MenuVisited(subject=self._journey.subject, node=name))
        self._talk.heard = lambda keys: self._journey.note(
            KeyPressed(subject=self._journey.subject, node=name, keys=keys)
        )
        return await self._step(node)

    async def _step(self, node: Node) -> str | Decision:
        visit: Mapping[type, Callable[..., Awaitable[str | Decision]]] = {
            Say: self._say,
            Menu: self._ask,
            ChooseLanguage: self._choose_language,
            Collect: self._collect,
            FlowNode: self._serve,
            Hours: self._branch,
            Queue: self._queue,
            Message: self._message,
            Hangup: self._hang_up,
        }
        return await visit[type(node)](node)

    async def _say(self, node: Say) -> str:
        await self._speak(node.text)
        return node.next

    async def _branch(self, node: Hours) -> str:
        return node.branch(self._hours(node.hours))

    async def _ask(self, node: Menu) -> str:
        ways = {choice.key: choice.go for choice in node.choices}
        texts = self._offers(node)
        misses: list[str] = []
        while _goes_on(node, misses):
            key = await self._talk.listen(texts, timeout_s=node.timeout_s)
            if key in ways:
                return ways[key]
            if key == PERSON_KEY:
                return self._tree.person
            if (other := self._other_language(key)) is not None:
                await self._speak_on_in(other)
                return self._at
            misses.append(key)
            await self._missed(node, key)
        return node.otherwise or self._tree.person

    def _offers(self, node: Menu) -> list[str]:
        """What a menu says, in the caller's language; the other language is offered in its own."""
        change = self._tree.change_language
        spoken = [node.text, *(choice.text for choice in node.choices)]
        if node.offers_language and change is not None and not self._language_on_file:
            spoken.append(change.text)
        return [text for text in (one.to(self._talk.language) for one in spoken) if text]

    def _other_language(self, key: str) -> Language | None:
        """The language that this key changes to, if it does."""
        change = self._tree.change_language
        if change is None or key != change.key:
            return None
        others = (one for one in self._tree.languages if one != self._talk.language)
        return next(others, None)

    async def _choose_language(self, node: ChooseLanguage) -> str:
        if self._language_known:
            return node.next
        texts = [node.text.to(language) for language in self._tree.languages]
        for _ in range(node.attempts):
            key = await self._talk.listen(texts, timeout_s=node.timeout_s)
            if key == PERSON_KEY:
                return self._tree.person
            if key in node.keys:
                await self._speak_on_in(node.keys[key])
                break
        return node.next

    async def _speak_on_in(self, language: Language) -> None:
        self._language_known = True
        if language != self._talk.language:
            await self._talk.switch(language)
            self._note_start()

    async def _collect(self, node: Collect) -> str:
        misses: list[str] = []
        while _goes_on(node, misses):
            keys = await self._talk.listen(
                [node.text.to(self._talk.language)],
                digits_max=node.digits_max,
                timeout_s=node.timeout_s,
                private=node.private,
            )
            if keys == PERSON_KEY:
                return self._tree.person
            if keys.isdecimal() and node.digits_min <= len(keys):
                self._journey.entries[node.name] = keys
                return node.next
            misses.append(keys)
            await self._missed(node, keys)
        return node.otherwise or self._tree.person

    async def _missed(self, node: Asking, keys: str) -> None:
        own = (node.wrong if keys else node.silence).to(self._talk.language)
        if own:
            await self._talk.say(own)
        else:
            await self._talk.tell("wrong_key" if keys else "no_key")

    async def _serve(self, node: FlowNode) -> str | Decision:
        outcome = await self._flow(node.flow)
        if outcome is PASSED:
            return node.next
        self._journey.note(
            FlowFinished(
                subject=self._journey.subject,
                flow=node.flow,
                result=outcome.result,
                detail=outcome.detail[:DETAIL_MAX],
            )
        )
        if outcome.urgent:
            return emergency(outcome.urgent)
        if outcome.queue:
            return self._to(outcome.queue, outcome.priority)
        if outcome.result in {"done", "nothing"}:
            return node.next
        return node.otherwise or self._tree.person

    async def _flow(self, name: str) -> Outcome:
        """A flow that fails for any reason hands its caller to a person."""
        try:
            return await self._flows[name](self._journey)
        except CallerGone:
            raise
        except WantsPerson:
            return Outcome("person")
        except Exception as error:
            log.exception("flow.failed", flow=name, call=self._journey.call_id)
            await self._talk.tell("system_down")
            return Outcome("failed", type(error).__name__)

    async def _queue(self, node: Queue) -> Decision:
        if node.urgent:
            await open_at_once(self._journey, node.urgent)
            return emergency(node.urgent, node.queue)
        await self._speak(node.text)
        return self._to(node.queue, node.priority)

    def _to(self, queue: str, priority: int) -> Decision:
        """Ahead as the node or the caller wants, but behind every emergency."""
        wanted = max(priority, self._journey.priority)
        return Decision("queue", queue, min(wanted, PRIORITY_URGENT - 1))

    async def _message(self, node: Message) -> Decision:
        await self._speak(node.text)
        return Decision("message")

    async def _hang_up(self, node: Hangup) -> Decision:
        await self._speak(node.text)
        return Decision("hangup")

    async def _speak(self, spoken: Spoken) -> None:
        text = spoken.to(self._talk.language)
        if text:
            await self._talk.say(text)

    def _person(self) -> Decision:
        node = self._tree.nodes.get(self._tree.person)
        if not isinstance(node, Queue):
            return TO_SERVICE
        return self._to(node.queue, node.priority)


def _goes_on(node: Asking, misses: list[str]) -> bool:
    """Whether the caller is asked again."""
    return len(misses) < node.attempts and misses.count("") < node.silences
