"""Calls that we make: the agent's next task, the leader's campaigns, the do-not-call list."""
