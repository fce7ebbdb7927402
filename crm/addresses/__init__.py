"""The tree of places, the names people have for them, and reading what somebody typed."""
