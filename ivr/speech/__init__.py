"""Voices: text to sound files, by the best engine that is installed."""
