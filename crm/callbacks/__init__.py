"""Call-backs: who is to be called, keeping the place they had, and what came of it."""
