"""Times that customers were promised: booked for an order, seen by day."""
