"""Outages on the map: suspected, confirmed, over."""
