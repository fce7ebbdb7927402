"""Who can be called and how callers wait, as Asterisk's files are rendered from it."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from dialplan.contract import QUEUE_SERVICE, branch_queue
from mainline.errors import Invalid
from mainline.i18n import _

_NUMBER: Final = re.compile(r"[0-9]{3,5}")
_DNIS: Final = re.compile(r"\+?[0-9]{2,20}")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029;\[\]{}$`\\\"<>]{1,64}")
_QUEUE: Final = re.compile(r"[a-z][a-z0-9_-]{1,31}")
_OVERFLOW: Final = re.compile(r"message|callback|queue:[a-z][a-z0-9_-]{1,31}")
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{8,128}")

Strategy = Literal["leastrecent", "fewestcalls", "random", "rrmemory", "linear", "wrandom"]


def require(pattern: re.Pattern[str], value: str, what: str) -> None:
    """Refuse what Asterisk's files cannot hold."""
    if not pattern.fullmatch(value):
        raise Invalid(_("%(what)s has characters that a telephone system cannot take", what=what))


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of staff with a telephone: endpoints ``agent-<number>`` and ``phone-<number>``.

    ``phone_secret`` fixes the desk phone's password; empty means it is made at sign-in, as the
    softphone's always is.
    """

    number: str
    name: str
    phone_secret: str = ""

    def __post_init__(self) -> None:
        require(_NUMBER, self.number, _("agent number"))
        require(_NAME, self.name, _("agent name"))
        if self.phone_secret:
            require(SECRET, self.phone_secret, _("phone secret"))


@dataclass(frozen=True, slots=True)
class Overflow:
    """When callers are sent on, and where to: ``message``, ``callback`` or ``queue:<name>``."""

    when: Literal["absence", "length", "wait"]
    to: str
    at: int = 0
    """Callers waiting, or seconds waited."""

    def __post_init__(self) -> None:
        require(_OVERFLOW, self.to, _("a way out of a queue"))


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of callers."""

    name: str
    strategy: Strategy = "rrmemory"
    ring_s: int = 20
    max_wait_s: int = 600
    max_waiting: int = 0
    weight: int = 0
    service_level_s: int = 20
    branch_first_s: int = 0
    """So long the agents of the caller's own branch are rung before the others; 0: not at all."""
    overflow: tuple[Overflow, ...] = ()
    surveyed: bool = True
    """Whether any of its callers may be asked about the call afterwards."""

    def __post_init__(self) -> None:
        require(_QUEUE, self.name, _("queue name"))
        for number in (
            self.ring_s,
            self.max_wait_s,
            self.max_waiting,
            self.weight,
            self.branch_first_s,
        ):
            if not 0 <= number <= 86_400:  # noqa: PLR2004 - a day
                raise Invalid(
                    _("queue %(name)s: %(number)s is out of range", name=self.name, number=number)
                )


@dataclass(frozen=True, slots=True)
class Line:
    """A hotline number."""

    dnis: str
    name: str

    def __post_init__(self) -> None:
        require(_DNIS, self.dnis, _("hotline number"))
        require(_NAME, self.name, _("hotline name"))


@dataclass(frozen=True, slots=True)
class Floor:
    """Who can be called, and how callers wait."""

    agents: list[Agent] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    urgent: list[str] = field(default_factory=list)
    """Faults that go ahead of all; the first is what plain dialplan's emergency key means."""
    branches: list[str] = field(default_factory=list)
    try_slots: int = 8

    def __post_init__(self) -> None:
        for branch in self.branches:
            require(_QUEUE, branch, _("branch"))
        for fault in self.urgent:
            require(_QUEUE, fault, _("fault"))
        for kind, names in (
            (_("an agent"), [agent.number for agent in self.agents]),
            (_("a queue"), [queue.name for queue in self.queues]),
        ):
            if len(set(names)) != len(names):
                raise Invalid(_("%(what)s is named twice", what=kind))

    def branch_queues(self, queue: Queue) -> list[str]:
        """The queues in which each branch is rung first for callers of this one."""
        branches = self.branches if queue.branch_first_s else []
        return [name for one in branches if (name := branch_queue(queue.name, one))]

    def all_queues(self) -> list[Queue]:
        """The queues, with the one that plain dialplan falls back on."""
        named = {queue.name for queue in self.queues}
        return [*self.queues, *([] if QUEUE_SERVICE in named else [Queue(QUEUE_SERVICE)])]
