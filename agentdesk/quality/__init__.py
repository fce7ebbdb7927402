"""Calls found, read and heard."""
