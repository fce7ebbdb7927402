"""The statistics of orders as pages."""
