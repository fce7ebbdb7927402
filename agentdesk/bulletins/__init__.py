"""Bulletins and operating conditions: read, confirm, publish, see who has not read."""
