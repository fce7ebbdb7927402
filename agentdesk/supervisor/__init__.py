"""The leader's desk: the live board, and the hands on it."""
