"""Asterisk's record of calls becomes facts in the journal."""
