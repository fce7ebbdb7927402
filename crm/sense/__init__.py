"""Outage sense: calls of one kind from one area that are more than chance, and what follows."""
