"""Customers and premises that are there twice: found, merged, parted again."""
