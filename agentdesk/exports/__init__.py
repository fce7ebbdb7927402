"""Lists as files: ask, approve, fetch."""
