"""Which page holds an agent's telephone, and whether that desk has been proven. In memory: after a
restart of the web the page goes on, and proof is taken from the floor's projection.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from crm.staff.queries import AgentView
from mainline.clock import now

PROOF_LASTS: Final = timedelta(hours=12)


@dataclass(slots=True)
class Claim:
    """One page that took the telephone. ``good`` None: nothing was said here; the books know."""

    page: str
    good: bool | None = None
    at: datetime = field(default_factory=now)


@dataclass(slots=True)
class Claims:
    """The last claim of each agent wins."""

    by_agent: dict[str, Claim] = field(default_factory=dict)

    def take(self, agent: str, page: str, *, reloaded: bool) -> None:
        """This page holds the telephone now. Only a desk that was reloaded is still proven;
        another desk has another microphone.
        """
        before = self.by_agent.get(agent)
        if not reloaded:
            self.by_agent[agent] = Claim(page, good=False)
        else:
            self.by_agent[agent] = Claim(page, before.good, before.at) if before else Claim(page)

    def prove(self, agent: str, page: str, *, good: bool) -> None:
        """The page told the result of its checks."""
        self.by_agent[agent] = Claim(page, good=good)

    def end(self, agent: str) -> None:
        """End of duty: everything is to be proven again."""
        self.by_agent[agent] = Claim("", good=False)

    def proven(self, agent: AgentView) -> bool:
        """Whether this desk may be ready. A desk phone needs no proof: it rings or it does not."""
        if agent.station == "phone":
            return True
        claim = self.by_agent.get(agent.number)
        if claim is not None and claim.good is not None:
            return claim.good and now() - claim.at < PROOF_LASTS
        return _proven_before(agent)


def _proven_before(agent: AgentView) -> bool:
    """By the projection: the last check of the present duty was good."""
    told = agent.proven or {}
    if agent.state == "closed" or not all(told.get(k) for k in ("microphone", "socket", "echo")):
        return False
    return now() - datetime.fromisoformat(str(told["at"])) < PROOF_LASTS
