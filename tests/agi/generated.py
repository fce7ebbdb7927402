"""A generated night of calls: Asterisk's rows in the order of time, and what truly became of each.

Seeded: the same seed is the same night. Callers hang up at every stage, agents miss, talk, transfer
to colleagues and queues, Asterisk dies in mid-call. The truth is kept beside the rows, made by
nothing of Mainline.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mainline.journal import Event
from mainline.journal.floor_events import (
    AgentPaused,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapupEnded,
)

QUEUES = ("service", "repair", "billing", "emergency")
_STATUS = {"timeout": "TIMEOUT", "empty": "LEAVEEMPTY", "withdrawn": "WITHDRAW", "key": "KEY",
           "callback": "CALLBACK", "overflow": "OVERFLOW"}  # fmt: skip
_ENDS = ("answered",) * 62 + ("abandoned",) * 14 + tuple(_STATUS) * 2


@dataclass
class TrueVisit:
    """A stay in a queue as it was."""

    queue: str
    entered_at: float
    left_at: float
    how: str


@dataclass
class Agent:
    """Somebody who is free from ``free_at`` on."""

    number: str
    free_at: float
    floor: list[tuple[float, Event]] = field(default_factory=list)


class Night:
    """``calls`` calls that begin within ``hours`` after ``began``."""

    def __init__(self, seed: int, calls: int, began: datetime, hours: float) -> None:
        self._random = random.Random(seed)
        self.began = began
        self._zero = began.timestamp()
        self.rows: list[tuple[float, str]] = []
        self.visits: list[TrueVisit] = []
        self.handled: Counter[str] = Counter()
        self.killed: set[str] = set()
        self._legs = 0
        seats = max(8, calls // 200)
        self.agents = [Agent(str(8000 + seat), 5.0) for seat in range(seats)]
        for agent in self.agents:
            self._say(agent, 0.0 + self._random.random(), AgentSignedIn)
            self._say(agent, 2.0 + self._random.random(), AgentReady)
        moments = sorted(self._random.uniform(10.0, hours * 3600) for _ in range(calls))
        for number, at in enumerate(moments):
            self._call(f"ml0123abcd-{int(self._zero)}.{number}", at)
        self.ends_at = max([at for at, _row in self.rows] + [a.free_at for a in self.agents]) + 1.0
        for agent in self.agents:
            self._say(agent, self.ends_at, AgentSignedOut)
        self.rows.sort(key=lambda row: row[0])
        self.floor = sorted(
            (told for agent in self.agents for told in agent.floor), key=lambda told: told[0]
        )

    def moment(self, seconds: float) -> datetime:
        """That many seconds after the beginning."""
        return self.began + timedelta(seconds=seconds)

    # --- one call ---------------------------------------------------------------------------------

    def _call(self, call: str, at: float) -> None:
        row = self._writer(call)
        row(at, "OFFERED", f"ani=139{self._random.randrange(10**8):08}|dnis=96777|entry=trunk")
        row(at + 0.01, "RECORDING", f"file={call}-0.raw|segment=0")
        at += self._random.uniform(0.5, 20)
        if self._random.random() < 0.12:  # gives up in greeting or menu
            self._over(row, call, at)
            return
        if self._random.random() < 0.02:
            row(at, "DEGRADED", "reason=gateway")
        self._queue(row, call, at, self._random.choice(QUEUES), depth=0)

    def _queue(self, row: "Writer", call: str, at: float, queue: str, depth: int) -> None:
        row(at, "QUEUED", f"queue={queue}|prio={self._random.choice((0, 0, 0, 30))}|degraded=0")
        end = self._random.choice(_ENDS)
        patience = self._random.expovariate(1 / 25) + 1.0
        if end != "answered":
            left = at + patience
            if self._random.random() < 0.3:  # somebody rang meanwhile and did not answer
                self._missed(row, call, at, left, queue)
            self._leave(row, call, at, left, queue, end)
            return
        self._answer(row, call, at, at + max(patience, 20.0), queue, depth)

    def _answer(
        self, row: "Writer", call: str, at: float, until: float, queue: str, depth: int
    ) -> None:
        agent = min(self.agents, key=lambda one: one.free_at)
        rings = max(at + 0.2, agent.free_at + 0.2)
        answers = rings + self._random.uniform(0.5, 6)
        if answers > until:
            self._leave(row, call, at, until, queue, "abandoned")
            return
        leg = self._leg(agent.number)
        row(rings, "RING", f"agent={agent.number}|queue={queue}", leg)
        if self._random.random() < 0.03:  # gives up while it rings
            gone = rings + (answers - rings) / 2
            row(gone, "HANGUP", "", leg)
            agent.free_at = gone
            self._leave(row, call, at, gone + 0.01, queue, "abandoned")
            return
        row(answers, "ANSWER", "", leg)
        row(answers + 0.001, "UP", f"agent={agent.number}|queue={queue}", leg)
        row(answers + 0.001, "UNQUEUED", f"queue={queue}|status=", leg)
        self.visits.append(TrueVisit(queue, at, answers + 0.001, "answered"))
        self._talk(row, call, answers, agent, leg, depth)

    def _talk(
        self, row: "Writer", call: str, since: float, agent: Agent, leg: str, depth: int
    ) -> None:
        ends = since + self._random.expovariate(1 / 40) + 2.0
        self.handled[agent.number] += 1
        self._wrap_up(agent, call, ends)
        if self._random.random() < 0.01:  # Asterisk dies: nothing more is ever written
            row(ends - 0.5, "RECORDING", f"file={call}-1.raw|segment=1")
            self.killed.add(call)
            return
        row(ends, "HANGUP", "", leg)
        way = self._random.random()
        if depth > 1 or way > 0.12:
            self._over(row, call, ends + 0.01)
        elif way > 0.06:
            self._transfer_to_queue(row, call, ends, agent, depth)
        else:
            self._transfer_to_agent(row, call, ends, agent, depth)

    def _transfer_to_queue(
        self, row: "Writer", call: str, at: float, agent: Agent, depth: int
    ) -> None:
        queue = self._random.choice(QUEUES)
        row(at + 0.1, "TRANSFER", f"kind=blind|agent={agent.number}|target={queue}")
        self._queue(row, call, at + 0.5, queue, depth + 1)

    def _transfer_to_agent(
        self, row: "Writer", call: str, at: float, agent: Agent, depth: int
    ) -> None:
        others = [one for one in self.agents if one is not agent and one.free_at < at]
        if not others:
            self._over(row, call, at + 0.01)
            return
        target = self._random.choice(others)
        row(at + 0.1, "TRANSFER", f"kind=blind|agent={agent.number}|target={target.number}")
        leg = self._leg(target.number)
        row(at + 0.5, "RING", f"agent={target.number}|queue=", leg)
        row(at + 2.0, "UP", f"agent={target.number}|queue=", leg)
        self._talk(row, call, at + 2.0, target, leg, depth + 1)

    def _missed(self, row: "Writer", call: str, at: float, left: float, queue: str) -> None:
        """Rings at somebody who is free, unanswered, and not longer than the caller stays."""
        agent = min(self.agents, key=lambda one: one.free_at)
        rings = max(at + 0.2, agent.free_at + 0.2)
        if rings >= left - 0.2:
            return
        leg = self._leg(agent.number)
        row(rings, "RING", f"agent={agent.number}|queue={queue}", leg)
        agent.free_at = min(left - 0.1, rings + 15)
        row(agent.free_at, "HANGUP", "", leg)

    def _leave(
        self, row: "Writer", call: str, at: float, left: float, queue: str, how: str
    ) -> None:
        told = how == "abandoned" and self._random.random() < 0.3  # the end of the call says it
        if not told:
            row(left, "UNQUEUED", f"queue={queue}|status={_STATUS.get(how, 'ABANDON')}")
        self.visits.append(TrueVisit(queue, at, left, how))
        self._over(row, call, left if told else left + 0.02)

    def _over(self, row: "Writer", call: str, at: float) -> None:
        row(at, "HANGUP", "", call)
        row(at, "LINKEDID_END", "")

    def _wrap_up(self, agent: Agent, call: str, at: float) -> None:
        done = at + self._random.uniform(1, 15)
        subject = {"call_id": call}
        self._say(agent, done, AgentWrapupEnded, **subject)
        agent.free_at = done + 0.1
        if self._random.random() < 0.03:
            self._say(
                agent, done + 0.1, AgentPaused, reason=self._random.choice(("break", "lunch"))
            )
            agent.free_at = done + self._random.uniform(60, 600)
            self._say(agent, agent.free_at - 0.1, AgentReady)

    def _say(self, agent: Agent, at: float, kind: type[Event], **fields: str) -> None:
        said = kind(subject=f"agent:{agent.number}", at=self.moment(at), **fields)
        agent.floor.append((at, said))

    def _leg(self, agent: str) -> str:
        self._legs += 1
        return f"ml0123abcd-{int(self._zero)}.9{self._legs:07}/{agent}"

    def _writer(self, call: str) -> "Writer":
        def write(at: float, kind: str, extra: str, leg: str = "") -> None:
            uniqueid, _slash, agent = (leg or call).partition("/")
            channel = f"PJSIP/phone-{agent}-{self._legs:08x}" if agent else "PJSIP/trunk-00000001"
            self.rows.append((at, _line(self._zero + at, kind, uniqueid, call, channel, extra)))

        return write


Writer = Callable[..., None]
_OWN = frozenset({"ANSWER", "HANGUP", "LINKEDID_END"})


def _line(at: float, kind: str, uniqueid: str, call: str, channel: str, extra: str) -> str:
    user = "" if kind in _OWN else kind
    told = (
        f'{{""extra"":""{extra}""}}' if user else '{""hangupcause"":16}' if kind == "HANGUP" else ""
    )
    fields = [f"{at:.6f}", kind, user, uniqueid, call, *[""] * 6, channel, *[""] * 5, told]
    return ",".join(f'"{text}"' for text in fields) + "\n"


def tally(visits: Iterable[TrueVisit], at: float) -> Counter[tuple[str, str]]:
    """What had become of each queue's callers at that moment."""
    return Counter(
        (one.queue, one.how if one.left_at <= at else "waiting")
        for one in visits
        if one.entered_at <= at
    )


UTC_BEFORE_MIDNIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""22:00 in Shanghai: two hours later the company's day ends."""
