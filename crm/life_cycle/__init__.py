"""Requests about an account's life: connection to demolition, approved, ordered, then in effect."""
