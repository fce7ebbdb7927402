"""Interruptions of supply, planned or not, and whom they concern."""
