"""The ground floor: settings, database, journal, definitions and Asterisk adapters.

Every other package may import this one; this one imports none of them.
"""
