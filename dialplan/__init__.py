"""The contract with Asterisk: the dialplan, and the names that it shares with Python."""
