"""The only package that speaks to Asterisk."""
