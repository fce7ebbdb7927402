"""The desk of messages: what callers left by voice, and what becomes of it."""
