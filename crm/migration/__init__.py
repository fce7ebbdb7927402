"""Bringing in the old system's data: customers, meters, bills, payments and orders from files."""
