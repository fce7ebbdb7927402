"""Measurements of this machine: ``make bench`` prints one line for each figure."""
