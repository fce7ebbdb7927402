"""Matters that an agent cannot settle: they climb, rung by rung, each with its time."""
