"""A company as old systems leave it, of any size from a seed, and the truth about it."""
