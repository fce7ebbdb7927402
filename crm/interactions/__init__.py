"""The call list: one row a call, computed from the facts of the journal."""
