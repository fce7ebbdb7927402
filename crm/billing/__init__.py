"""Bills and payments, as far as a call needs them: read-only."""
