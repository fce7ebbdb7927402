"""Addresses that wait: a person says which place is meant."""
