"""Whether the agent of before is there for somebody who calls again. Pure."""

from datetime import datetime

from crm.staff.queries import AgentView


def comes_free(agent: AgentView, at: datetime, *, wrapup_s: int, wait_s: int) -> bool:
    """Ready now, or in wrap-up that is over within the wait. Talks are not waited for."""
    if agent.word != "ready":
        return False
    if agent.state == "wrapup" and agent.since is not None:
        return wrapup_s - (at - agent.since).total_seconds() <= wait_s
    return agent.state == "ready"
