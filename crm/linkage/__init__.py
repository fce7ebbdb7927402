"""Visible rules: when this happens, that is done, once, and told on what it touched."""
