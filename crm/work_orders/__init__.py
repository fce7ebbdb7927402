"""Work orders: opened from calls, moved along the steps of their type."""
