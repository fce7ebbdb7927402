"""Who can be reached now: what the books say, corrected by what Asterisk sees. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from crm.staff.floor import ACTS
from crm.staff.queries import AgentView
from mainline.asterisk.snapshots import Member

Presence = Literal["free", "busy", "quiet", "paused", "away"]


def presence(
    agent: AgentView, members: Iterable[Member], silent: frozenset[str] = frozenset()
) -> Presence:
    """``members``: all of Asterisk's; without them the books alone are believed."""
    own = [member for member in members if member.agent == agent.number]
    if agent.word == "closed" or (own and not any(member.reachable for member in own)):
        return "away"
    if agent.word == "paused" and agent.word_reason in silent:
        return "quiet"
    if agent.state in ACTS or any(member.busy for member in own):
        return "busy"
    return "paused" if agent.word == "paused" else "free"


def free_in(queue: str, agents: Sequence[AgentView], members: Sequence[Member]) -> int:
    """How many could answer this queue at once."""
    serving = (each for each in agents if queue in each.queues)
    return sum(presence(each, members) == "free" for each in serving)


def free_of_team(
    team: str,
    agents: Sequence[AgentView],
    members: Sequence[Member],
    silent: frozenset[str] = frozenset(),
) -> list[str]:
    """The numbers of those of a team who could take a call at once."""
    theirs = (each for each in agents if team and each.team == team and each.queues)
    return [each.number for each in theirs if presence(each, members, silent) == "free"]
