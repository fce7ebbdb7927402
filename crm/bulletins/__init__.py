"""Bulletins and operating conditions, and who has read them."""
