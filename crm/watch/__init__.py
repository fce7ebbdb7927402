"""Customers to be careful with: tampering and violations, with reason, validity and who says so."""
