"""The business: staff, customers, catalog, bills, outages, calls, work orders."""
