"""The database's history. A new table needs a new migration: a test compares both."""
