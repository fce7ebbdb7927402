"""Addresses, premises, customers, their telephones and accounts; who is calling."""
