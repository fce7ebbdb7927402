"""Customers parked with music until somebody of the group takes them."""
