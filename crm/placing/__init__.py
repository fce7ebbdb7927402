"""Addresses that came in half typed wait here until a person says which place is meant."""
