"""Alerts: what a leader has to know at once, by thresholds that the company sets."""
