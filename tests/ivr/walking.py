"""What the tests of the walk share: a caller, a tree, and what came of it."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from ivr.decision import Decision
from ivr.flows import FLOWS
from ivr.flows.books import Caller
from ivr.flows.journey import Flow, Journey
from ivr.hours import State
from ivr.menu import MenuTree
from ivr.phrases import load_phrases
from ivr.run import Running, Walk
from ivr.talk import Talk
from mainline.config import PROJECT
from mainline.journal import Event
from tests.fakes.books import FakeBooks
from tests.fakes.call import FakeCall
from tests.fakes.voice import FakeVoice

HEAT = PROJECT / "packs" / "heat"


class Stage:
    """A caller before a tree; ``walk`` leads them through it."""

    def __init__(
        self,
        keys: Iterable[str] = (),
        *,
        books: FakeBooks | None = None,
        caller: Caller | None = None,
        state: State = "open",
        flows: Mapping[str, Flow] = FLOWS,
    ) -> None:
        self.call = FakeCall(keys)
        self.books = books or FakeBooks()
        self.facts: list[Event] = []
        self.state = state
        self.flows = flows
        self.journey = Journey(
            call_id="call-1",
            ani=self.call.ani,
            talk=Talk(self.call, FakeVoice(), load_phrases(HEAT), "zh"),
            books=self.books,
            note=self.facts.append,
            zone=ZoneInfo("Asia/Shanghai"),
            callers=(caller,) if caller else (),
            caller=caller,
            account=caller.accounts[0] if caller and len(caller.accounts) == 1 else None,
            priority=caller.priority if caller else 0,
        )

    async def walk(self, tree: MenuTree) -> Decision:
        menu = Running("main", 3, tree)
        return await Walk(menu, self.journey, self.flows, lambda _hours: self.state).run()

    @property
    def said(self) -> str:
        return "".join(self.call.heard)

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.facts]

    def path(self) -> list[str]:
        return [str(fact.node) for fact in self.facts if fact.kind == "menu.visited"]  # type: ignore[attr-defined]

    def keys(self) -> list[str]:
        return [str(fact.keys) for fact in self.facts if fact.kind == "key.pressed"]  # type: ignore[attr-defined]
