"""Who may see which fact on the live stream, and how much of it. Pure."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from mainline.journal import Event
from mainline.masking import BLIND, Eyes
from mainline.permissions import Permission
from mainline.web import Principal

_NUMBERS: Final = frozenset({"ani", "number", "target"})
_OF_WORDS: Final = (str, str | None, dict[str, str])
_OWN_DIGITS_MAX: Final = 5
"""What is no longer is the number of a telephone of ours, or a name."""


@cache
def _words(kind: type[Event]) -> frozenset[str]:
    """The fields of such facts in which there may be words."""
    return frozenset(
        name
        for name, field in kind.model_fields.items()
        if field.annotation in _OF_WORDS and name != "subject"
    )


def _hidden(name: str, value: str) -> str:
    """Of a transfer's target, only a number outside is masked."""
    ours = len(value) <= _OWN_DIGITS_MAX or not value.lstrip("+").isdigit()
    return BLIND.text(value) if name == "target" and ours else BLIND.number(value)


@dataclass(slots=True)
class Audience:
    """One page's eyes: an agent sees what concerns them, a leader who asks for it sees all."""

    agent: str | None
    everything: bool = False
    eyes: Eyes = BLIND
    calls: set[str] = field(default_factory=set)
    """Subjects of the calls this agent takes part in."""

    @classmethod
    def of(cls, who: Principal, *, everything: bool) -> "Audience":
        """What this person's page sees."""
        return cls(
            agent=who.agent_number,
            everything=everything and who.may(Permission.SEE_BOARD),
            eyes=who.sees,
        )

    def sees(self, event: Event) -> str | None:
        """The fact as JSON, masked as they may see it; None when it is not theirs."""
        mine = self._concerns(event)
        if not mine and not self.everything:
            return None
        said = event.model_dump(include=set(_words(type(event))))
        hidden = {name: self._masked(value) for name, value in said.items()}
        if not self.eyes.numbers:
            hidden |= {name: _hidden(name, said[name]) for name in _NUMBERS & said.keys()}
        return (event.model_copy(update=hidden) if hidden != said else event).model_dump_json()

    def _masked(self, said: Any) -> Any:
        """Words as they may read them; what was and is of an account, whoever sees all of it."""
        if isinstance(said, dict):
            return said if self.eyes.names and self.eyes.addresses else {}
        return self.eyes.text(said) if said else said

    def _concerns(self, event: Event) -> bool:
        if self.agent is None:
            return False
        mine = getattr(event, "agent", None) == self.agent
        if mine and event.subject.startswith("call:"):
            self.calls.add(event.subject)
        known = event.subject in self.calls
        if known and event.kind == "call.ended":
            self.calls.discard(event.subject)
        return mine or known or event.subject == f"agent:{self.agent}"
