"""The demo caller's page."""
