"""A scenario as data: who calls, who answers, what happens, what the books must say afterwards.

The form is described for shift leaders in ``README.md``.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mainline.datafile import content

HERE = Path(__file__).parent
FOLDER = HERE / "scenarios"
WORKER = "13855550001"
"""The telephone of a worker on the way."""
PATIENCE_S = 60.0
"""Only who waits in vain waits so long: no story depends on the pace of the machine."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CallerPlan(_Part):
    """A person with a telephone outside. ``from`` empty: number withheld."""

    number: str = Field(default="", alias="from")
    raw_from: str = ""
    dials: str = ""
    tone: int = 440


class AgentPlan(_Part):
    """An agent with a desk telephone, as the shift begins."""

    state: str = "ready"
    reaction: str = Field(default="answers", alias="does")
    after_s: float = 0.3
    tone: int = 1000


class Fact(_Part):
    """A fact that must be in the journal: its kind and the particulars that matter."""

    kind: str
    particulars: dict[str, Any] = {}


class RecordingPlan(_Part):
    """What the two channels must hold: ``caller`` and ``agents`` name tones."""

    caller: int = 440
    agents: list[int] = [1000]
    both_s: float = 1.0
    not_heard: list[int] = []
    private_s: float = 0.0
    """For so long the caller spoke and nothing was recorded."""


class Scenario(_Part):
    """One folder."""

    name: str
    title: str
    rows: list[str] = []
    mode: str = "auto"
    callers: dict[str, CallerPlan]
    agents: dict[str, AgentPlan] = {}
    steps: list[str]
    journal: dict[str, list[Fact]] = {}
    never: dict[str, list[str]] = {}
    calls: dict[str, dict[str, Any]] = {}
    recordings: dict[str, RecordingPlan] = {}
    talked_until: dict[str, str] = {}
    """With which fact the talk ended, for the talk time in the call list."""
    no_call: list[str] = []
    """Callers of whom nothing at all may reach the books."""
    outside_never_rings: bool = False

    @property
    def alone(self) -> bool:
        """Whether it needs the floor for itself: agents, modes, menus and processes are shared."""
        shared = (
            " is killed",
            " is due to ",
            " before a visit",
            "is published",
            "to the desk",
            " Hz",
            " reloaded",
            " back as ",
            "the leader",
        )
        return (
            bool(self.agents)
            or self.mode != "auto"
            or bool(self.no_call)
            or self.outside_never_rings
            or any(word in step for step in self.steps for word in shared)
        )


def _fact(entry: str | dict[str, dict[str, Any]]) -> Fact:
    if isinstance(entry, str):
        return Fact(kind=entry)
    ((kind, particulars),) = entry.items()
    return Fact(kind=kind, particulars=particulars or {})


def load(folder: Path) -> Scenario:
    """Read ``scenario.yaml`` of a folder; unknown words are refused."""
    data = content(folder / "scenario.yaml")
    journal = {who: [_fact(entry) for entry in facts] for who, facts in data.pop("journal").items()}
    return Scenario(name=folder.name, journal=journal, **data)


def all_scenarios() -> list[Scenario]:
    """Every folder, by name."""
    return [load(path.parent) for path in sorted(FOLDER.glob("*/scenario.yaml"))]
