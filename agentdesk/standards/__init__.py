"""The month's report on the promises of service."""
