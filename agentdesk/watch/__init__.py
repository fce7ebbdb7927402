"""The watch list, and putting customers on it."""
