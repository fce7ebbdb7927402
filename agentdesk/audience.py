"""Who may see which fact on the live stream, and how much of it. Pure."""

from dataclasses import dataclass, field
from typing import Final

from mainline.journal import Event
from mainline.masking import BLIND
from mainline.permissions import Permission
from mainline.web import Principal

_NUMBERS: Final = frozenset({"ani", "number", "target"})
_OWN_DIGITS_MAX: Final = 5
"""What is no longer is the number of a telephone of ours, or a name."""


def _shown(event: Event) -> frozenset[str]:
    """The fields of this fact that may hold a number."""
    return _NUMBERS & frozenset(type(event).model_fields)


def _hidden(name: str, value: str) -> str:
    """Of a transfer's target, only a number outside is masked."""
    ours = len(value) <= _OWN_DIGITS_MAX or not value.lstrip("+").isdigit()
    return value if name == "target" and ours else BLIND.number(value)


@dataclass(slots=True)
class Audience:
    """One page's eyes: an agent sees what concerns them, a leader who asks for it sees all."""

    agent: str | None
    everything: bool = False
    unmasked: bool = False
    calls: set[str] = field(default_factory=set)
    """Subjects of the calls this agent takes part in."""

    @classmethod
    def of(cls, who: Principal, *, everything: bool) -> "Audience":
        """What this person's page sees."""
        return cls(
            agent=who.agent_number,
            everything=everything and who.may(Permission.SEE_BOARD),
            unmasked=who.sees.numbers,
        )

    def sees(self, event: Event) -> str | None:
        """The fact as JSON, numbers masked unless permitted; None when it is not theirs."""
        mine = self._concerns(event)
        if not mine and not self.everything:
            return None
        if self.unmasked:
            return event.model_dump_json()
        hidden = {name: _hidden(name, getattr(event, name)) for name in _shown(event)}
        return (event.model_copy(update=hidden) if hidden else event).model_dump_json()

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
