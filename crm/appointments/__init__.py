"""When somebody comes: times with places, promised to customers, kept or broken."""
