"""Matters: raised by an agent, taken by name, settled or passed on up the ladder."""
