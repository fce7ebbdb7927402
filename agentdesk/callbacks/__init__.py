"""Call-backs: who is promised a call, asked for and withdrawn on a page."""
