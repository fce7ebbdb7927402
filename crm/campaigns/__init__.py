"""Calls that we make: return visits, reminders, announcements, whether somebody is at home."""
