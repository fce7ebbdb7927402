"""Pieces of pages that several desks show."""
