"""The dispatcher's desk: work orders and the customers they are for."""
