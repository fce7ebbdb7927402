"""Who looked at what of customers, for which reason, and how much is too much."""
