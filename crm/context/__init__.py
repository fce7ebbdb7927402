"""Why somebody probably calls, and whether they call again about the same matter."""
