"""Requests: found by their number at every counter, made from the customer page, decided."""
